import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLogRecord } from '@carillon/core/run/log-line';
import { nothingTold, withTold } from '@carillon/core/run/told-line';
import { traceIdOf } from '@carillon/core/run/trace-id';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupTree } from './group-tree.js';
import { runProgram } from './run-program.js';

const source = fileURLToPath(new URL('../../../../examples/programs/', import.meta.url));
const has = (program: string, argument: string) => spawnSync(program, [argument]).status === 0;
const runId = '01890a5d-ac96-774b-bcce-b302099a8057';

/** How each of the guide's programs is started; built in a folder of its own where it has to be. */
const programs: Record<string, (folder: string) => [program: string, ...first: string[]]> = {
  'count-orders.ts': (folder) => {
    const text = readFileSync(join(source, 'count-orders.ts'), 'utf8');
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const built = join(folder, 'count-orders.mjs');
    writeFileSync(built, ts.transpileModule(text, { compilerOptions: options }).outputText);
    return [process.execPath, built];
  },
  'count_orders.py': () => ['python3', join(source, 'count_orders.py')],
  'count-orders.go': (folder) => {
    const built = join(folder, 'count-orders');
    const { status, stderr } = spawnSync('go', ['build', '-o', built, join(source, 'count-orders.go')]);
    expect(status, String(stderr)).toBe(0);
    return [built];
  },
};
const isHere = {
  'count-orders.ts': true,
  'count_orders.py': has('python3', '--version'),
  'count-orders.go': has('go', 'version'),
};

// Programs of languages that are not on this machine are not tried; PowerShell's is on the list of windows-acceptance.md.
describe.each(Object.entries(isHere).filter(([, here]) => here))('%s, started by the runner', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-examples-'));
  const [from, to] = [join(folder, 'in'), join(folder, 'out.csv')];
  let command: [string, ...string[]];

  beforeAll(() => {
    command = programs[name]?.(folder) as typeof command;
    mkdirSync(from);
    writeFileSync(join(from, 'a.csv'), '1\n2\n3\n');
    writeFileSync(join(from, 'b.csv'), '1\n');
    writeFileSync(join(from, 'other.txt'), '1\n');
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(given: readonly string[], environment: Record<string, string> = {}, stopAt?: string) {
    const written = { stdout: '', stderr: '' };
    const stop = new AbortController();
    const sink = (stream: keyof typeof written) => ({
      write: (chunk: Buffer) => {
        written[stream] += chunk.toString();
        if (stopAt !== undefined && written.stdout.includes(stopAt)) stop.abort('command');
      },
    });
    const [program, ...first] = command;
    const { end } = await runProgram(
      { kind: 'start', verbatim: false, program, arguments: [...first, ...given] },
      {
        workingDirectory: null,
        environment: { ...process.env, CARILLON_RUN_ID: runId, CARILLON_TRACE_ID: traceIdOf(runId), ...environment },
        timeoutMs: 60_000,
        stop: stop.signal,
        hold: (child) => groupTree(child, 20_000),
      },
      { stdout: sink('stdout'), stderr: sink('stderr') },
    );
    const lines = written.stdout.split(/\r?\n/).filter((line) => line !== '');
    const logged = lines.flatMap((line) => readLogRecord(line) ?? []);
    return { end, logged, told: withTold(nothingTold, lines), stderr: written.stderr };
  }

  it('does its work, and says so in lines that are understood', async () => {
    const { end, logged, told } = await run([from, to]);
    expect(end).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(readFileSync(to, 'utf8')).toBe('file,rows\na.csv,3\nb.csv,1\n');
    expect(told).toEqual({ progress: { percent: 100, text: 'b.csv' }, result: { files: 2, rows: 4 } });
    expect(logged).toMatchObject([
      { level: 'info', message: 'counted', traceId: traceIdOf(runId), service: 'count-orders' },
    ]);
  });

  it('does an occurrence once', async () => {
    const environment = { CARILLON_SCHEDULED_FOR: '2026-11-28T02:00:00.000Z' };
    expect((await run([from, to], environment)).logged.at(-1)).toMatchObject({ message: 'counted' });
    expect((await run([from, to], environment)).logged).toMatchObject([{ message: 'this occurrence is done already' }]);
    const next = { CARILLON_SCHEDULED_FOR: '2026-11-29T02:00:00.000Z' };
    expect((await run([from, to], next)).logged.at(-1)).toMatchObject({ message: 'counted' });
  });

  it('ends with the codes of the guide', async () => {
    const wrongUse = await run([from]);
    expect(wrongUse.end).toMatchObject({ exitCode: 2 });
    expect(wrongUse.stderr).toContain('expected two arguments');
    const failed = await run([join(folder, 'nowhere'), to]);
    expect(failed.end).toMatchObject({ exitCode: 1 });
    expect(failed.logged).toMatchObject([{ level: 'error', error: expect.stringContaining('nowhere') }]);
  });

  it('ends itself when it is stopped, with nothing half done', async () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let index = 0; index < 4_000; index += 1) linkSync(join(from, 'b.csv'), join(many, `${index}.csv`));
    const target = join(folder, 'stopped.csv');
    const { end, logged } = await run([many, target], {}, '::progress');
    expect(end).toMatchObject({ kind: 'stopped', exitCode: 130 });
    expect(logged.at(-1)).toMatchObject({ level: 'warn', message: 'asked to stop' });
    expect(readdirSync(folder).filter((each) => each.startsWith('stopped'))).toEqual([]);
  });
});
