import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readQueryCsv, readQueryXml } from '@carillon/wintask/schtasks/query-output';
import { encodeTaskXml, writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { formatWall } from '@carillon/wintask/time/wall-clock';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const folder = join(import.meta.dirname, '..');
let store: string;
let services: ChildProcess[];

beforeAll(() => {
  // The one that the build uses: another's output would count as out of date.
  const compiler = join(folder, '../../node_modules/typescript-7/bin/tsc');
  execFileSync(process.execPath, [compiler, '-b', folder]);
}, 120_000);
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'emulator-'));
  services = [];
});
afterEach(() => {
  for (const service of services) service.kill('SIGKILL');
  rmSync(store, { recursive: true, force: true });
});

function schtasks(...args: string[]) {
  const env = { ...process.env, CARILLON_EMULATOR_STORE: store, CARILLON_EMULATOR_TIMEZONE: 'UTC' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'dist/schtasks.js'), ...args], {
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

async function begin(): Promise<ChildProcess> {
  const args = [join(folder, 'dist/main.js'), '--store', store, '--timezone', 'UTC'];
  const service = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  services.push(service);
  let printed = '';
  await new Promise<void>((resolve) => {
    service.stdout!.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('emulated Task Scheduler ready')) resolve();
    });
  });
  return service;
}

function xmlFile(script: string, startBoundary?: string): string {
  const file = join(store, 'task.xml');
  const triggers = startBoundary === undefined ? [] : [{ kind: 'time' as const, startBoundary }];
  const actions = [{ kind: 'exec' as const, command: '/bin/sh', arguments: `-c "${script}"` }];
  writeFileSync(file, encodeTaskXml(writeTaskXml({ triggers, principals: [], settings: {}, actions })));
  return file;
}

const row = () => readQueryCsv(schtasks('/query', '/fo', 'CSV', '/v', '/tn', '\\C\\a').stdout)[0];
const lastResult = (code: number) =>
  vi.waitFor(() => expect(row()?.lastResult).toBe(code), { timeout: 15_000, interval: 50 });

describe('schtasks', () => {
  it('creates, shows, changes and deletes a task', () => {
    const file = xmlFile('exit 0', '2099-01-01T02:00:00');
    expect(schtasks('/create', '/tn', '\\C\\a', '/xml', file)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^SUCCESS/),
    });
    expect(schtasks('-Create', '-TN', 'c\\A', '-XML', file)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/already exists/),
    });
    expect(schtasks('/create', '/tn', '\\C\\a', '/xml', file, '/f').status).toBe(0);
    expect(row()).toMatchObject({
      path: '\\C\\a',
      status: 'Ready',
      nextRun: '1/1/2099 2:00:00 AM',
      lastResult: 0x41303,
    });
    expect(schtasks('/change', '/tn', '\\C\\a', '/disable').status).toBe(0);
    expect(row()?.status).toBe('Disabled');
    expect(schtasks('/run', '/tn', '\\C\\a')).toMatchObject({ status: 1 });
    const read = readQueryXml(schtasks('/query', '/xml', 'ONE').stdout);
    expect(read.tasks).toMatchObject([
      { path: '\\C\\a', task: { registrationInfo: { uri: '\\C\\a' }, settings: { enabled: false } } },
    ]);
    expect(readFileSync(join(store, 'Tasks/C/a')).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
    expect(schtasks('/delete', '/tn', '\\C\\a', '/f').status).toBe(0);
    expect(schtasks('/query', '/tn', '\\C\\a')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/cannot find the file/),
    });
  });

  it.each([
    ['bad XML', '<Task><Triggers></Task>', /malformed.\s+\(1,\d+\)/],
    [
      'a bad value',
      '<Task>\n<Settings><Priority>99</Priority></Settings><Actions><Exec><Command>a</Command></Exec></Actions></Task>',
      /\(2,11\):Priority/,
    ],
    [
      'an unknown element',
      '<Task><Colour/><Actions><Exec><Command>a</Command></Exec></Actions></Task>',
      /unexpected node/,
    ],
    ['a declaration of UTF-8', '<?xml version="1.0" encoding="UTF-8"?><Task/>', /unable to switch the encoding/],
    ['UTF-8 with a mark', '\uFEFF<Task/>', /incorrect document syntax/],
  ])('refuses %s', (_, text, message) => {
    const file = join(store, 'bad.xml');
    writeFileSync(file, text);
    expect(schtasks('/create', '/tn', '\\C\\a', '/xml', file)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(message),
    });
    expect(existsSync(join(store, 'Tasks/C/a'))).toBe(false);
  });

  it('says what is wrong with a call', () => {
    expect(schtasks('/nothing')).toMatchObject({
      status: 5,
      stderr: expect.stringMatching(/^ERROR: Invalid argument/),
    });
    expect(schtasks('/run', '/tn', '\\none')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/does not exist in the system/),
    });
    expect(schtasks('/create', '/tn', '\\a:b', '/xml', 'x')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/file ?name/i),
    });
  });
});

describe('service', () => {
  it('fires a trigger by the real clock and records the result', async () => {
    await begin();
    const soon = formatWall(Date.now() + 1500);
    schtasks('/create', '/tn', '\\C\\a', '/xml', xmlFile('exit 7', soon));
    await lastResult(7);
  });

  it('runs on request, ignores a second start and ends the program', async () => {
    await begin();
    const marker = join(store, 'starts');
    schtasks('/create', '/tn', '\\C\\a', '/xml', xmlFile(`echo x >> ${marker}; sleep 60`));
    schtasks('/run', '/tn', '\\C\\a');
    await lastResult(0x41301);
    await vi.waitFor(() => expect(existsSync(marker)).toBe(true));
    schtasks('/run', '/tn', '\\C\\a');
    await vi.waitFor(() => expect(row()?.status).toBe('Running'));
    schtasks('/end', '/tn', '\\C\\a');
    await lastResult(0x41306);
    expect(readFileSync(marker, 'utf8')).toBe('x\n');
  });

  it('refuses a second one and stops cleanly', async () => {
    const service = await begin();
    const second = spawnSync(process.execPath, [join(folder, 'dist/main.js'), '--store', store], { encoding: 'utf8' });
    expect(second).toMatchObject({ status: 1, stderr: expect.stringMatching(/already serves/) });
    service.kill('SIGTERM');
    expect(await once(service, 'exit')).toEqual([0, null]);
    expect(existsSync(join(store, 'service.lock'))).toBe(false);
  });

  it('keeps tasks and leaves programs running when it is killed', async () => {
    const service = await begin();
    const gate = join(store, 'go');
    schtasks('/create', '/tn', '\\C\\a', '/xml', xmlFile(`while [ ! -e ${gate} ]; do sleep 0.05; done`));
    schtasks('/run', '/tn', '\\C\\a');
    // Not only the result: the program is on record a moment later.
    await vi.waitFor(() => expect(row()?.status).toBe('Running'), { timeout: 15_000, interval: 50 });
    service.kill('SIGKILL');
    await once(service, 'exit');
    await begin();
    expect(row()?.status).toBe('Running');
    writeFileSync(gate, '');
    await vi.waitFor(() => expect(row()?.status).toBe('Ready'), { timeout: 15_000, interval: 50 });
    schtasks('/run', '/tn', '\\C\\a');
    await lastResult(0);
  });
});
