import { beforeEach, expect, it } from 'vitest';
import { writeJson } from '../state/files.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { runJob } from './run-job.js';

const dayMs = 86_400_000;
const job = scriptJob('', { schedule: [{ kind: 'after', delayMs: 60_000 }], orphans: { disableAfterMs: 30 * dayMs } });
let jobs: JobStarts;
beforeEach(() => {
  jobs = new JobStarts();
  jobs.store(job);
});
const heard = (daysAgo: number) =>
  writeJson(jobs.folder.contact, { lastContactAt: new Date(Date.now() - daysAgo * dayMs).toISOString() });
const start = () => runJob(jobs.folder, job.jobId, process.env);

it('a start by itself on a host that has not heard the centre for so long is a skipped run, which says why', async () => {
  heard(31);
  expect(await start()).toEqual({ ran: false, reason: 'orphaned' });
  expect(jobs.all()).toMatchObject([
    { kind: 'run.skipped', reason: 'orphaned', message: expect.stringContaining('after 30 days without it') },
  ]);
  // Somebody at the centre orders it: it is heard.
  expect(await jobs.run(job)).toMatchObject({ state: 'succeeded' });
});

it('once the centre is heard again, and where nothing is known of it, the job starts', async () => {
  expect(await start()).toMatchObject({ ran: true });
  heard(1);
  expect(await start()).not.toMatchObject({ reason: 'orphaned' });
});
