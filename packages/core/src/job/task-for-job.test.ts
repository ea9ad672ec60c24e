import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { type Manifest, makeManifest } from './job-spec.js';
import { taskForJob } from './task-for-job.js';

const jobId = '01890000-0000-7000-8000-000000000001';
const facts = {
  hostTimezone: 'Europe/Berlin',
  runner: { command: 'C:\\Program Files\\Carillon\\carillon-agent.exe', arguments: ['run', '--data', 'C:\\My Data'] },
};

function manifest(change: Record<string, unknown> = {}): Manifest {
  const raw = { kind: 'Job', name: 'nightly', targets: { all: true }, schedule: '0 2 * * *', run: 'x.exe', ...change };
  const result = readDocument(raw);
  if (!result.ok || result.value.kind !== 'Job') throw new Error(JSON.stringify(result));
  return makeManifest(jobId, 3, result.value.spec);
}

function task(change: Record<string, unknown> = {}) {
  const result = taskForJob(manifest(change), facts);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

describe('the task of a job', () => {
  it('starts the runner with the job id, as SYSTEM, under our folder', () => {
    const { path, definition, exactness } = task();
    expect(path).toBe('\\Carillon\\nightly');
    expect(exactness).toBe('exact');
    expect(definition.principals).toEqual([{ id: 'Author', userId: 'S-1-5-18', runLevel: 'HighestAvailable' }]);
    expect(definition.actions).toEqual([
      { kind: 'exec', command: facts.runner.command, arguments: `run --data "C:\\My Data" ${jobId}` },
    ]);
  });

  it('writes out every setting whose default surprises', () => {
    expect(task({ onOverlap: 'skip', onMissed: 'run-once', timeout: '2h' }).definition.settings).toMatchObject({
      multipleInstancesPolicy: 'Parallel',
      startWhenAvailable: true,
      disallowStartIfOnBatteries: false,
      stopIfGoingOnBatteries: false,
      executionTimeLimit: 'PT2H5M',
    });
    expect(task().definition.settings.executionTimeLimit).toBe('PT0S');
  });

  it.each([
    ['no timeout', {}, 'PT0S'],
    ['a timeout', { timeout: '2h' }, 'PT2H5M'],
    ['a wait for conditions', { timeout: '2h', when: { cpuBelow: 70, waitUpTo: '30m' } }, 'PT2H35M'],
    [
      'attempts and the waits between them',
      { timeout: '1h', retry: { attempts: 3, delay: '5m', backoff: 2 } },
      'PT3H20M',
    ],
    ['a queue, which may be as long as it likes', { timeout: '1h', onOverlap: 'queue' }, 'PT0S'],
  ])('gives the runner time for %s', (_, change, limit) => {
    expect(task(change).definition.settings.executionTimeLimit).toBe(limit);
  });

  it('survives being written and read as XML', () => {
    const { definition } = task({ name: 'A & B', description: "<订单> & 'x'" });
    const read = readTaskXml(writeTaskXml(definition));
    expect(read).toEqual({ ok: true, task: definition });
  });

  it('is gated when the schedule follows another time zone', () => {
    const { exactness, reasons } = task({ schedule: { cron: '0 9 * * *', timezone: 'America/New_York' } });
    expect(exactness).toBe('gated');
    expect(reasons.length).toBeGreaterThan(0);
  });
});
