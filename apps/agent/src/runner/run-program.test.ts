import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { groupTree } from './group-tree.js';
import { type ProgramSettings, runProgram } from './run-program.js';
import { StopWatch } from './stop-orders.js';

/** Runs a shell script, or another program, and keeps what it writes. */
async function run(script: string | { program: string; arguments: string[] }, changes: Partial<ProgramSettings> = {}) {
  const written = { stdout: '', stderr: '' };
  const sink = (stream: keyof typeof written) => ({
    write: (chunk: Buffer) => {
      written[stream] += chunk.toString('utf8');
    },
  });
  const plan = typeof script === 'string' ? { program: '/bin/sh', arguments: ['-c', script] } : script;
  const settings = {
    workingDirectory: null,
    environment: process.env,
    timeoutMs: null,
    stop: new AbortController().signal,
    hold: groupTree,
    ...changes,
  };
  const output = { stdout: sink('stdout'), stderr: sink('stderr') };
  const result = await runProgram({ kind: 'start', verbatim: false, ...plan }, settings, output);
  return { ...result, ...written };
}

describe('the end of a program', () => {
  it.each([
    ['exit 0', { kind: 'exited', exitCode: 0 }],
    ['exit 200', { kind: 'exited', exitCode: 200 }],
    ['kill -9 $$', { kind: 'exited', exitCode: 137 }],
    ['kill -15 $$', { kind: 'exited', exitCode: 143 }],
  ])('%s', async (script, end) => {
    expect((await run(script)).end).toEqual(end);
  });

  it('a stop that was asked for before the start still ends it', async () => {
    const { end } = await run('exec sleep 60', { stop: AbortSignal.abort('command') });
    expect(end).toMatchObject({ kind: 'stopped', by: 'command' });
  });

  it('a time limit longer than a timer can hold does not end it at once', async () => {
    expect((await run('exit 4', { timeoutMs: 90 * 86_400_000 })).end).toEqual({ kind: 'exited', exitCode: 4 });
  });

  it('what ignores the polite signal is ended with its leader', async () => {
    const file = join(makeTempFolder(), 'pid');
    const script = `(trap '' TERM; echo $BASHPID > ${file}; while :; do sleep 0.1; done) & while [ ! -s ${file} ]; do sleep 0.05; done; wait`;
    const result = await run({ program: '/bin/bash', arguments: ['-c', script] }, { timeoutMs: 700 });
    expect(result.end).toMatchObject({ kind: 'timed-out', exitCode: 143 });
  });
});

describe('a program that cannot be started', () => {
  it('because its working directory is a file', async () => {
    const file = join(makeTempFolder(), 'file');
    writeFileSync(file, '');
    const { end, stderr } = await run('exit 0', { workingDirectory: file });
    expect(end).toMatchObject({ kind: 'not-started', exitCode: 127 });
    expect(stderr).toContain('cannot be started');
  });

  it('because its arguments are too long for the system', async () => {
    const { end, stderr } = await run({ program: '/bin/echo', arguments: ['x'.repeat(3_000_000)] });
    expect(end).toMatchObject({ kind: 'not-started', exitCode: 126 });
    expect(stderr).toContain('cannot be started');
  });

  it('because an argument is one that no program can get', async () => {
    expect((await run({ program: '/bin/echo', arguments: ['a\0b'] })).end).toMatchObject({ kind: 'not-started' });
  });

  it('because its interpreter is missing', async () => {
    const file = join(makeTempFolder(), 'tool');
    writeFileSync(file, '#!/no/such/interpreter\n');
    chmodSync(file, 0o755);
    expect((await run({ program: file, arguments: [] })).end).toMatchObject({ kind: 'not-started', exitCode: 127 });
  });
});

describe('a signal to the runner', () => {
  it('ends its program as stopped by the host, and is listened to only while the run lasts', async () => {
    const before = process.listenerCount('SIGTERM');
    const watch = new StopWatch(makeTempFolder(), 'run');
    const sender = spawn('/bin/sh', ['-c', `kill -TERM ${process.pid}`]);
    const [{ end }] = await Promise.all([run('exec sleep 60', { stop: watch.signal }), once(sender, 'exit')]);
    watch.close();
    expect(end).toMatchObject({ kind: 'stopped', by: 'host' });
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
