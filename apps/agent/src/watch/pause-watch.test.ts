import type { HostPause } from '@carillon/core/desired/pause';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Done } from '../commands/command-desk.js';
import { silentLog } from '../lib/log.js';
import { newId } from '../lib/new-id.js';
import { runJob } from '../runner/run-job.js';
import type { StartTicket } from '../runner/start-reason.js';
import { storePause } from '../state/pause-file.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { makeManifest } from '../testing/samples.js';
import { PauseWatch } from './pause-watch.js';

const minute = 60_000;
const startMs = Date.parse('2026-11-28T01:00:00Z');
const pauseOf = (change: Partial<HostPause> = {}): HostPause => ({
  id: newId(),
  fromMs: startMs,
  untilMs: startMs + 120 * minute,
  afterwards: 'run-once',
  by: 'Ann',
  reason: 'new storage',
  ...change,
});

let nowMs: number;
let pause: HostPause | undefined;
let memory: HostPause | undefined;
let lastStart: Map<string, number>;
let started: { jobId: string; ticket: StartTicket }[];
let answer: Done;
beforeEach(() => {
  nowMs = startMs;
  pause = undefined;
  memory = undefined;
  lastStart = new Map();
  started = [];
  answer = { ok: true };
});

const at = (local: string) => [{ kind: 'at' as const, local }];
const jobs = [
  makeManifest({ name: 'in', schedule: at('2026-11-28T02:00:00Z') }),
  makeManifest({ name: 'after', schedule: at('2026-11-28T04:00:00Z') }),
  makeManifest({ name: 'off', schedule: at('2026-11-28T02:00:00Z'), enabled: false }),
  makeManifest({ name: 'boot' }),
];

/** A new one is an agent that was started again. */
const makeWatch = () =>
  new PauseWatch({
    pause: () => pause,
    memory: { load: () => memory, store: (kept) => (memory = kept) },
    jobs: () => jobs,
    lastStartMs: (jobId) => lastStart.get(jobId) ?? null,
    start: async (jobId, ticket) => {
      started.push({ jobId, ticket });
      if (answer.ok) lastStart.set(jobId, nowMs);
      return answer;
    },
    facts: () => ({ agentId: 'a', hostTimezone: 'UTC', nowMs }),
    log: silentLog,
  });
const look = (watch: PauseWatch, ms: number) => {
  nowMs = startMs + ms;
  return watch.look();
};

describe('the end of a pause', () => {
  it('comes by the clock of the host, and starts once what fell into it', async () => {
    const watch = makeWatch();
    pause = pauseOf();
    expect(await look(watch, 0)).toBe(true);
    expect(await look(watch, 119 * minute)).toBe(true);
    expect(started).toEqual([]);
    expect(await look(watch, 120 * minute)).toBe(false);
    expect(started).toMatchObject([{ jobId: jobs[0]?.jobId, ticket: { commandId: null } }]);
    expect(started[0]?.ticket.cause).toMatch(
      /^makes up for 2026-11-28T02:00:00.000Z: paused by Ann until .*: new storage/,
    );
    await look(watch, 121 * minute);
    await look(makeWatch(), 122 * minute);
    expect(started).toHaveLength(1);
    expect(memory).toBeUndefined();
  });

  it('is seen to by an agent that was started in it, or after it', async () => {
    pause = pauseOf();
    await look(makeWatch(), 0);
    await look(makeWatch(), 121 * minute);
    expect(started).toHaveLength(1);
    lastStart.clear();
    memory = undefined;
    await look(makeWatch(), 130 * minute);
    expect(started).toHaveLength(2);
  });

  it('comes early when it is taken back: what was due by then is made up for', async () => {
    const watch = makeWatch();
    pause = pauseOf();
    await look(watch, 0);
    pause = undefined;
    await look(watch, 90 * minute);
    expect(started).toHaveLength(1);
    started = [];
    lastStart.clear();
    pause = pauseOf();
    await look(watch, 0);
    pause = undefined;
    await look(watch, 30 * minute);
    expect(started).toEqual([]);
  });

  it('leaves out what fell into it where it says so', async () => {
    const watch = makeWatch();
    pause = pauseOf({ afterwards: 'skip' });
    await look(watch, 0);
    await look(watch, 120 * minute);
    expect(started).toEqual([]);
  });

  it('tries a start again that failed, for an hour', async () => {
    const watch = makeWatch();
    pause = pauseOf();
    await look(watch, 0);
    answer = { ok: false, code: 'not_started', message: 'no' };
    await look(watch, 120 * minute);
    await look(watch, 121 * minute);
    expect(started).toHaveLength(2);
    await look(watch, 181 * minute);
    await look(watch, 182 * minute);
    expect(started).toHaveLength(3);
  });

  it('of one that replaced another makes up for both', async () => {
    const watch = makeWatch();
    pause = pauseOf({ untilMs: startMs + 90 * minute });
    await look(watch, 0);
    pause = pauseOf({ fromMs: startMs + 70 * minute });
    expect(await look(watch, 70 * minute)).toBe(true);
    await look(watch, 120 * minute);
    expect(started).toHaveLength(1);
  });
});

describe('a runner in a pause', () => {
  it('leaves a skipped run that says who paused, and runs what somebody starts', async () => {
    const starts = new JobStarts();
    const until = Date.now() + 60_000;
    storePause(starts.folder.pause, pauseOf({ fromMs: Date.now(), untilMs: until }));
    const local = `${new Date(Date.now() - 30_000).toISOString().slice(0, 19)}Z`;
    const job = scriptJob('', { schedule: at(local) });
    starts.store(job);
    expect(await runJob(starts.folder, job.jobId, process.env)).toEqual({ ran: false, reason: 'paused' });
    const told = starts.all();
    const message = `paused by Ann until ${new Date(until).toISOString()}: new storage`;
    expect(told).toMatchObject([{ kind: 'run.skipped', reason: 'paused', message, trigger: 'schedule' }]);
    // The occurrence is answered: Task Scheduler coming again for it changes nothing.
    expect(await runJob(starts.folder, job.jobId, process.env)).toEqual({ ran: false, reason: 'already_answered' });
    expect(await starts.run(job)).toMatchObject({ state: 'succeeded', trigger: 'command' });
    storePause(starts.folder.pause, pauseOf({ untilMs: Date.now() - 1 }));
    const later = scriptJob('', { schedule: at(local) });
    starts.store(later);
    expect(await runJob(starts.folder, later.jobId, process.env)).toMatchObject({ ran: true });
  });
});
