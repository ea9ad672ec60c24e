import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type MetricsSample, type MetricsSpec, rowOf } from '@carillon/core/action/metrics';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { processIdentity } from '../lib/process-identity.js';
import { makeActionContext } from '../testing/action-context.js';
import { fillDisk, makeSmallDisk, noSmallDisk } from '../testing/small-disk.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { takeSample } from './metrics.js';
import { lookAtProc, readProcessLooks, useOf } from './process-use.js';
import { readServiceStates, readUnitState } from './service-states.js';

let folder: string;
beforeEach(() => {
  folder = makeTempFolder();
});

const usual = {
  format: 'csv',
  keep: { files: 2, bytes: 1_000, rotateAfterMs: null },
  processes: [],
  services: [],
  disks: null,
} as const;
const nowMs = Date.parse('2026-01-02T03:04:05.006Z');
const sampleAt = (atMs: number, disks: MetricsSample['disks'] = []): MetricsSample => ({
  atMs,
  cpuPercent: 1,
  memoryPercent: 2,
  disks,
  processes: [],
  services: [],
});
const header = 'at,cpu_percent,memory_percent\r\n';
const line = (atMs: number) => rowOf('csv', sampleAt(atMs));

async function take(changes: Partial<MetricsSpec> = {}, sample = sampleAt(nowMs), isDryRun = false) {
  const { context, said, problems } = makeActionContext({ isDryRun, nowMs: sample.atMs });
  const spec = { log: join(folder, 'm.csv'), ...usual, ...changes };
  const result = await takeSample(spec, context, async () => sample);
  return { result, said, problems };
}
const text = (name = 'm.csv') => readFileSync(join(folder, name), 'utf8');

describe('a log of samples', () => {
  it('has its header once and a row a run', async () => {
    await take();
    expect((await take({}, sampleAt(nowMs + 1))).result).toMatchObject({
      rows: 1,
      rotated: null,
      clockWentBack: false,
    });
    expect([text(), readdirSync(folder)]).toEqual([header + line(nowMs) + line(nowMs + 1), ['m.csv']]);
  });

  it('is put aside when it is full, and so many older ones stay', async () => {
    const keep = { ...usual.keep, bytes: header.length + 2 * line(nowMs).length };
    for (let run = 0; run < 7; run += 1) await take({ keep }, sampleAt(nowMs + run));
    expect(readdirSync(folder).sort()).toEqual(['m.1.csv', 'm.2.csv', 'm.csv']);
    expect([text(), text('m.1.csv'), text('m.2.csv')]).toEqual([
      header + line(nowMs + 6),
      header + line(nowMs + 4) + line(nowMs + 5),
      header + line(nowMs + 2) + line(nowMs + 3),
    ]);
  });

  it('is put aside when its columns are others, or it is old', async () => {
    await take();
    const other = await take({}, sampleAt(nowMs + 1, [{ name: '/', percent: 3 }]));
    expect([other.result, text('m.1.csv')]).toMatchObject([{ rotated: 'other_columns' }, header + line(nowMs)]);
    const rotateAfterMs = 60_000;
    const aged = await take(
      { keep: { ...usual.keep, rotateAfterMs } },
      sampleAt(nowMs + 60_001, [{ name: '/', percent: 3 }]),
    );
    expect(aged.result).toMatchObject({ rotated: 'age' });
  });

  it('loses half a row of a run that was killed, and says so', async () => {
    for (const half of ['at,cpu_per', `${header}2026-01-02T03`]) {
      writeFileSync(join(folder, 'm.csv'), half);
      expect((await take()).said.join()).toContain('half a row');
      expect(text()).toBe(header + line(nowMs));
    }
    appendFileSync(join(folder, 'm.csv'), '2026-01');
    await take();
    expect(text()).toBe(header + line(nowMs) + line(nowMs));
  });

  it('says that the clock went back, and goes on', async () => {
    await take();
    const { result, said, problems } = await take({}, sampleAt(nowMs - 1));
    expect([result, problems, said.at(-1)]).toMatchObject([
      { rows: 1, clockWentBack: true },
      [],
      expect.stringContaining('the clock went back'),
    ]);
  });

  it('is of one run at a time', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    const lock = join(folder, '.m.csv.lock');
    writeFileSync(lock, JSON.stringify({ pid: other.pid, identity: processIdentity(other.pid ?? 0), since: '' }));
    await expect(take()).rejects.toThrow('another run adds to it now; no row was added');
    expect(readdirSync(folder)).toEqual(['.m.csv.lock']);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await take();
    expect(readdirSync(folder)).toEqual(['m.csv']);
  });

  it.skipIf(noSmallDisk)('is as it was when the disk is full', async () => {
    folder = makeSmallDisk(256 * 1024);
    await take();
    const free = fillDisk(folder);
    // What is left of the file's own page on the disk.
    const rest = 4_096;
    appendFileSync(join(folder, 'm.csv'), line(nowMs).repeat(Math.floor((rest - text().length) / line(nowMs).length)));
    const before = text();
    // Room for the lock, and for a part of the row.
    truncateSync(join(folder, 'filler'), statSync(join(folder, 'filler')).size - rest);
    expect(before.length % rest).not.toBe(0);
    const bytes = 1_000_000;
    await expect(take({ keep: { ...usual.keep, bytes } })).rejects.toThrow(/the disk is full; no row was added/);
    expect([text(), readdirSync(folder).sort()]).toEqual([before, ['filler', 'm.csv']]);
    free();
    await take({ keep: { ...usual.keep, bytes } });
    expect(text()).toBe(before + line(nowMs));
  });

  it('is no file of somebody else', async () => {
    writeFileSync(join(folder, 'm.csv'), 'name,salary\n');
    await expect(take()).rejects.toThrow('is no log of samples');
    expect([text(), readdirSync(folder)]).toEqual(['name,salary\n', ['m.csv']]);
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await expect(take({ log: join(folder, 'link', 'm.csv') })).rejects.toThrow('by a link');
    symlinkSync(join(folder, 'm.csv'), join(folder, 'other.csv'));
    await expect(take({ log: join(folder, 'other.csv') })).rejects.toThrow('is no file');
  });

  it('is left alone by a dry run, which says what it would add', async () => {
    const { said, problems } = await take({}, sampleAt(nowMs, [{ name: 'X:', percent: null }]), true);
    expect(said).toEqual([
      'at,cpu_percent,memory_percent,disk X: percent',
      '2026-01-02T03:04:05.006Z,1,2,',
      `would add this to m.csv in ${folder}`,
    ]);
    expect([problems, readdirSync(folder)]).toEqual([['disks: X: is not there'], []]);
  });
});

describe('a sample', () => {
  it('is of this very host, also in JSON lines', async () => {
    const { context, problems } = makeActionContext({ nowMs });
    const log = join(folder, 'm.jsonl');
    const spec = {
      ...usual,
      log,
      format: 'jsonl' as const,
      processes: [basename(process.execPath), 'no-such-thing'],
      disks: ['/'],
    };
    await takeSample(spec, context);
    const { cpuPercent, memoryPercent, disks, processes } = JSON.parse(readFileSync(log, 'utf8'));
    expect(problems).toEqual([]);
    for (const percent of [cpuPercent, memoryPercent, disks[0].percent]) {
      expect(percent).toBeGreaterThanOrEqual(0);
      expect(percent).toBeLessThanOrEqual(100);
    }
    expect(processes[0].count).toBeGreaterThan(0);
    expect(processes[0].memoryBytes).toBeGreaterThan(1024 ** 2);
    expect(processes[1]).toEqual({ name: 'no-such-thing', count: 0, cpuPercent: 0, memoryBytes: 0 });
  });

  it('reads what Linux says of a process, odd names and all', () => {
    const put = (pid: string, comm: string, command: string, ticks: number) => {
      mkdirSync(join(folder, pid));
      const fields = `S ${'0 '.repeat(10)}${ticks} 5 0 0 0 0 0 0 777 0`;
      writeFileSync(join(folder, pid, 'stat'), `${pid} (${comm}) ${fields}`);
      writeFileSync(join(folder, pid, 'cmdline'), `${command}\0-x\0`);
      writeFileSync(join(folder, pid, 'status'), 'Name: x\nVmRSS:\t    12 kB\n');
    };
    put('7', 'a) (b', '', 10);
    put('8', 'a-very-long-nam', '/opt/a-very-long-name-indeed', 20);
    put('9', 'other', '/bin/other', 30);
    expect(lookAtProc(['a) (b', 'a-very-long-name-indeed'], folder)).toEqual([
      { key: '7/777', index: 0, cpuMs: 150, bytes: 12_288 },
      { key: '8/777', index: 1, cpuMs: 250, bytes: 12_288 },
    ]);
  });

  it('adds processes of a name up, by what they used meanwhile', () => {
    const looks = readProcessLooks('0 0 7 1000 1\r\n1 0 7 1300 10\r\n1 0 8 100 20\r\n1 1 9 0 5\r\nend 1000\r\n');
    expect(useOf(['a', 'b', 'c'], looks, 2)).toEqual([
      { name: 'a', count: 2, cpuPercent: 20, memoryBytes: 30 },
      { name: 'b', count: 1, cpuPercent: 0, memoryBytes: 5 },
      { name: 'c', count: 0, cpuPercent: 0, memoryBytes: 0 },
    ]);
    expect(() => readProcessLooks('0 0 7 1000 1\n')).toThrow('did not tell');
  });

  it('has states of services in the same words everywhere', () => {
    expect(readServiceStates(['W3SVC', 'X', 'Y'], '0 Running\r\n1 missing\r\n')).toEqual([
      { name: 'W3SVC', state: 'running' },
      { name: 'X', state: 'missing' },
      { name: 'Y', state: 'unknown' },
    ]);
    expect(readUnitState('LoadState=loaded\nActiveState=active\n')).toBe('running');
    expect(readUnitState('LoadState=not-found\nActiveState=inactive\n')).toBe('missing');
    expect(readUnitState('LoadState=loaded\nActiveState=failed\n')).toBe('failed');
  });
});
