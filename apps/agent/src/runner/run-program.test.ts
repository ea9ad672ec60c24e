import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { groupTree } from './group-tree.js';
import { isProcessAlive } from './process-tree.js';
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
    hold: (child: ChildProcess) => groupTree(child, 700),
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

  it('what ignores the polite signal is ended too, after its grace', async () => {
    const file = join(makeTempFolder(), 'pid');
    const script = `(trap '' TERM; echo $BASHPID > ${file}; while :; do sleep 0.1; done) & while [ ! -s ${file} ]; do sleep 0.05; done; wait`;
    const result = await run({ program: '/bin/bash', arguments: ['-c', script] }, { timeoutMs: 700 });
    expect(result.end).toMatchObject({ kind: 'timed-out', exitCode: 143 });
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(isProcessAlive(pid)).toBe(false), 5_000);
  });

  it('comes in order where the program takes the time it is given, and what it still says is kept', async () => {
    const begun = join(makeTempFolder(), 'begun');
    const script = `trap 'echo closing; sleep 0.2; echo closed; exit 3' TERM; touch ${begun}; while :; do sleep 0.05; done`;
    const stop = new AbortController();
    const running = run({ program: '/bin/bash', arguments: ['-c', script] }, { stop: stop.signal });
    await vi.waitFor(() => expect(existsSync(begun)).toBe(true));
    stop.abort('command');
    const { end, stdout } = await running;
    expect(end).toEqual({ kind: 'stopped', by: 'command', exitCode: 3 });
    expect(stdout).toBe('closing\nclosed\n');
  });
});

describe('what a program uses', () => {
  it('is counted over all that it starts', async () => {
    const burn = 'const end = process.cpuUsage().user + 200000; while (process.cpuUsage().user < end);';
    const child = `require('child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}])`;
    const code = `${burn} ${child}; globalThis.held = Buffer.alloc(128 << 20, 1); setTimeout(() => {}, 600)`;
    const { use } = await run({ program: process.execPath, arguments: ['-e', code] });
    expect(use?.cpuMs).toBeGreaterThanOrEqual(400);
    expect(use?.peakMemoryBytes).toBeGreaterThan(128 * 1024 * 1024);
  });

  it('is nothing when it never started', async () => {
    expect((await run({ program: '/no/such/program', arguments: [] })).use).toBeUndefined();
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
