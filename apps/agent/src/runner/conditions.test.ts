import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LostRunWatch } from '../collect/lost-runs.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { identityOf, makeEvent } from '../testing/samples.js';
import { admit } from './admission.js';
import { listRunning, writeRunning } from './running-file.js';
import { orderStop } from './stop-orders.js';

let jobs: JobStarts;
beforeEach(() => {
  jobs = new JobStarts();
});

const waitsFor = (pattern: string, waitUpToMs: number) =>
  scriptJob('process.stdout.write("ran")', { when: { fileExists: join(jobs.folder.root, pattern), waitUpToMs } });

describe('a job with conditions', () => {
  it('is skipped, with what was missing, when they do not hold and it may not wait', async () => {
    const { runId, ended } = jobs.begin(waitsFor('{{job}}-*.csv', 0));
    expect(await ended).toEqual({ ran: false, reason: 'condition_file' });
    const message = `no file ${join(jobs.folder.root, 'sample-*.csv')}`;
    expect(jobs.eventsOf(runId)).toMatchObject([{ kind: 'run.skipped', reason: 'condition_file', message }]);
    expect(listRunning(jobs.folder.running)).toEqual([]);
  });

  it('waits for them, says so, and starts when they hold', async () => {
    const { runId, ended } = jobs.begin(waitsFor('in-?.csv', 60_000));
    await vi.waitFor(() =>
      expect(jobs.eventsOf(runId)).toMatchObject([{ kind: 'run.waiting', reason: 'condition_file' }]),
    );
    writeFileSync(join(jobs.folder.root, 'IN-7.CSV'), '');
    expect(await ended).toMatchObject({ ran: true, exitCode: 0 });
    expect(jobs.bytesOf(runId, 'stdout').toString()).toBe('ran');
    expect(jobs.eventsOf(runId).map(({ kind }) => kind)).toEqual(['run.waiting', 'run.started', 'run.finished']);
  });

  it('is stopped while it waits', async () => {
    const { runId, ended } = jobs.begin(waitsFor('never', 600_000));
    await vi.waitFor(() => expect(jobs.eventsOf(runId)).toHaveLength(1));
    orderStop(jobs.folder.stops, runId);
    expect(await ended).toEqual({ ran: false, reason: 'stopped_by_command' });
  });

  it('is skipped, not unknown, when its runner dies while it waits', () => {
    const { folder } = jobs;
    const { runId, ...identity } = identityOf(makeEvent());
    writeRunning(folder.running, { identity: { runId, ...identity }, pid: 1, encoding: 'auto', isWaiting: true });
    expect(new LostRunWatch(folder, () => false).look(Date.now())).toEqual([runId]);
    expect(jobs.eventsOf(runId)).toMatchObject([{ kind: 'run.skipped', reason: 'runner_lost' }]);
  });
});

describe('admission', () => {
  const ports = { isUnderWay: () => false, replace: () => undefined, stop: new AbortController().signal };

  it('asks again until busy processors are free, and tells each reason once', async () => {
    const told: string[] = [];
    const measures = [{ cpuPercent: 99 }, { cpuPercent: 98 }, { cpuPercent: 5 }];
    const admission = await admit(
      { act: 'start' },
      { cpuBelowPercent: 70, waitUpToMs: 60_000 },
      {
        ...ports,
        tellWaiting: (reason, message) => told.push(`${reason}: ${message}`),
        measure: () => Promise.resolve(measures.shift() ?? {}),
      },
    );
    expect(admission).toEqual({ go: true });
    expect(told).toEqual(['condition_cpu: CPU at 99 %, expected below 70 %']);
  });

  it('measures this host', async () => {
    const limits = { cpuBelowPercent: 100.1, memoryBelowPercent: 100, waitUpToMs: 0 };
    expect(await admit({ act: 'start' }, limits, { ...ports, tellWaiting: () => undefined })).toEqual({ go: true });
    const none = await admit(
      { act: 'start' },
      { memoryBelowPercent: 0.1, waitUpToMs: 0 },
      { ...ports, tellWaiting: () => undefined },
    );
    expect(none).toMatchObject({ go: false, reason: 'condition_memory' });
  });
});
