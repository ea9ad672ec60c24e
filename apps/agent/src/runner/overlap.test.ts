import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { queuedRuns } from '@carillon/core/run/overlap';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { orderStop } from './stop-orders.js';

let jobs: JobStarts;
beforeEach(() => {
  jobs = new JobStarts();
});

const kinds = (runId: string) => jobs.eventsOf(runId).map(({ kind }) => kind);
const told = (runId: string, kind: string) =>
  vi.waitFor(() => expect(kinds(runId)).toContain(kind), { timeout: 10_000 });

/** Says that it began, and ends when told so or when it is ended. */
function patient(onOverlap: 'skip' | 'queue' | 'replace' | 'parallel') {
  const path = (name: string) => JSON.stringify(join(jobs.folder.root, name));
  return scriptJob(
    `const fs = require('fs'); fs.appendFileSync(${path('log')}, process.env.CARILLON_RUN_ID + '\\n');
     setInterval(() => fs.existsSync(${path('go')}) && process.exit(0), 20)`,
    { onOverlap },
  );
}

const letGo = () => writeFileSync(join(jobs.folder.root, 'go'), '');
const begun = () => {
  const log = join(jobs.folder.root, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
};

describe('a start while a run of the job is under way', () => {
  it('is skipped by name, and its occurrence counts as answered', async () => {
    const job = patient('skip');
    const first = jobs.begin(job);
    await vi.waitFor(() => expect(begun()).toEqual([first.runId]), { timeout: 10_000 });
    const second = jobs.begin(job);
    expect(await second.ended).toEqual({ ran: false, reason: 'overlap' });
    expect(jobs.eventsOf(second.runId)).toMatchObject([
      { kind: 'run.skipped', reason: 'overlap', message: `run ${first.runId} is still under way`, trigger: 'command' },
    ]);
    letGo();
    expect(await first.ended).toMatchObject({ ran: true, exitCode: 0 });
  });

  it('is one run for one occurrence, however many starts come in the same moment', async () => {
    const local = `${new Date(Date.now() - 30_000).toISOString().slice(0, 19)}Z`;
    const job = scriptJob('', { onOverlap: 'parallel', schedule: [{ kind: 'at', local }] });
    jobs.store(job);
    const agent = join(import.meta.dirname, '../../dist/carillon-agent.cjs');
    const run = () => promisify(execFile)(process.execPath, [agent, 'run', '--data', jobs.folder.root, job.jobId]);
    const answers = await Promise.all(Array.from({ length: 5 }, run));
    expect(answers.map(({ stdout }) => stdout.trim()).sort()).toEqual([
      '',
      ...Array(4).fill('not run: already_answered'),
    ]);
    expect(readdirSync(jobs.folder.running)).toEqual([]);
  });

  it('stands beside it where the job says so', async () => {
    const job = patient('parallel');
    const runs = [jobs.begin(job)];
    await told(runs[0]?.runId ?? '', 'run.started');
    runs.push(jobs.begin(job));
    await vi.waitFor(() => expect(begun()).toHaveLength(2), { timeout: 10_000 });
    letGo();
    for (const run of runs) expect(await run.ended).toMatchObject({ ran: true });
  });

  it('waits for it in a queue of bounded length, which a stop can leave', async () => {
    const job = patient('queue');
    const first = jobs.begin(job);
    await told(first.runId, 'run.started');
    const queue = [];
    for (let place = 0; place < queuedRuns; place += 1) {
      const run = jobs.begin(job);
      await told(run.runId, 'run.waiting');
      queue.push(run);
    }
    const [second, third, ...rest] = queue;
    expect(await jobs.begin(job).ended).toEqual({ ran: false, reason: 'queue_full' });
    for (const { runId } of rest) orderStop(jobs.folder.stops, runId);
    for (const { ended } of rest) expect(await ended).toEqual({ ran: false, reason: 'stopped_by_command' });
    expect(begun()).toEqual([first.runId]);
    letGo();
    await Promise.all([first, second, third].map((run) => run?.ended));
    expect(begun()).toEqual([first, second, third].map((run) => run?.runId));
    expect(kinds(third?.runId ?? '')).toEqual(['run.waiting', 'run.started', 'run.finished']);
  });

  it('takes its place where the job says so', async () => {
    const job = patient('replace');
    const first = jobs.begin(job);
    await vi.waitFor(() => expect(begun()).toEqual([first.runId]), { timeout: 10_000 });
    const second = jobs.begin(job);
    await vi.waitFor(() => expect(begun()).toEqual([first.runId, second.runId]), { timeout: 10_000 });
    expect(jobs.finished(first.runId)).toMatchObject({ state: 'killed', reason: 'stopped_by_replacement' });
    letGo();
    expect(await second.ended).toMatchObject({ ran: true, exitCode: 0 });
  });
});
