import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Done } from '../commands/command-desk.js';
import { filesWithMarks } from '../lib/file-pattern.js';
import { silentLog } from '../lib/log.js';
import { runJob } from '../runner/run-job.js';
import type { StartTicket } from '../runner/start-reason.js';
import { leaveTicket } from '../runner/start-ticket.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { identityOf, makeEvent } from '../testing/samples.js';
import { noteFollowers } from './run-followers.js';
import type { TriggerMemory, TriggerPorts } from './trigger-ports.js';
import { TriggerWatch } from './trigger-watch.js';

let jobs: JobStarts;
let nowMs: number;
let memory: TriggerMemory | undefined;
let started: { jobId: string; ticket: StartTicket }[];
let answer: Done;
let percent: number | undefined;
beforeEach(() => {
  jobs = new JobStarts();
  nowMs = Date.now();
  memory = undefined;
  started = [];
  answer = { ok: true };
});

function portsFor(manifests: readonly Manifest[]): TriggerPorts {
  return {
    jobs: () => manifests,
    start: async (jobId, ticket) => {
      started.push({ jobId, ticket });
      return answer;
    },
    isUnderWay: () => false,
    files: (pattern) => filesWithMarks(pattern, 100),
    measure: () => percent,
    memory: {
      load: () => memory,
      store: (next) => {
        memory = JSON.parse(JSON.stringify(next)) as TriggerMemory;
      },
    },
    now: () => nowMs,
    log: silentLog,
  };
}

async function lookAt(watch: TriggerWatch, afterMs: number): Promise<void> {
  nowMs += afterMs;
  await watch.look();
}

const inbox = (name: string) => join(jobs.folder.root, name);
const fileJob = (changes: Partial<Manifest> = {}) =>
  scriptJob('process.stdout.write(process.env.CARILLON_TRIGGER + " " + process.env.CARILLON_FILE)', {
    schedule: [{ kind: 'file', pattern: inbox('in-*.csv') }],
    ...changes,
  });

describe('a job that waits for files', () => {
  it('is started once for what has come and stopped growing, and its program is told which', async () => {
    const job = fileJob();
    jobs.store(job);
    writeFileSync(inbox('in-old.csv'), 'old');
    const watch = new TriggerWatch(portsFor([job]));
    await lookAt(watch, 0);
    writeFileSync(inbox('in-new.csv'), 'half');
    await lookAt(watch, 2_000);
    await lookAt(watch, 3_000);
    appendFileSync(inbox('in-new.csv'), ' and half');
    await lookAt(watch, 2_000);
    expect(started).toEqual([]);
    await lookAt(watch, 4_000);
    await lookAt(watch, 2_000);
    expect(started.map(({ ticket }) => ticket.cause)).toEqual([`${inbox('in-new.csv')} arrived`]);

    // The runner, as Task Scheduler starts it.
    const [{ ticket } = { ticket: undefined }] = started;
    if (!ticket) throw new Error('expected a ticket');
    leaveTicket(jobs.folder.tickets, job.jobId, { ...ticket, expiresAtMs: Date.now() + 60_000 });
    expect(await runJob(jobs.folder, job.jobId, process.env)).toMatchObject({ ran: true, exitCode: 0 });
    expect(jobs.bytesOf(ticket.runId, 'stdout').toString()).toBe(`watch ${inbox('in-new.csv')}`);
    expect(jobs.finished(ticket.runId)).toMatchObject({ trigger: 'watch', cause: `${inbox('in-new.csv')} arrived` });
  });

  it('is started for what came while the agent was gone', async () => {
    const job = fileJob();
    await lookAt(new TriggerWatch(portsFor([job])), 0);
    writeFileSync(inbox('in-night.csv'), '');
    const again = new TriggerWatch(portsFor([job]));
    await lookAt(again, 3_600_000);
    await lookAt(again, 4_000);
    expect(started).toHaveLength(1);
  });

  it('keeps files for later that a start would be skipped for, or that could not be told of', async () => {
    const job = fileJob();
    const ports = portsFor([job]);
    let isUnderWay = true;
    const watch = new TriggerWatch({ ...ports, isUnderWay: () => isUnderWay });
    await lookAt(watch, 0);
    for (const name of ['in-1.csv', 'in-2.csv']) writeFileSync(inbox(name), name);
    await lookAt(watch, 2_000);
    await lookAt(watch, 10_000);
    expect(started).toEqual([]);
    isUnderWay = false;
    answer = { ok: false, code: 'failed', message: 'no' };
    await lookAt(watch, 2_000);
    answer = { ok: true };
    await lookAt(watch, 2_000);
    await lookAt(watch, 2_000);
    expect(started.map(({ ticket }) => ticket.cause)).toEqual(
      Array(2).fill(`${inbox('in-1.csv')} arrived, and 1 more`),
    );
  });

  it('is left alone while it is switched off', async () => {
    const watch = new TriggerWatch(portsFor([fileJob({ enabled: false })]));
    await lookAt(watch, 0);
    writeFileSync(inbox('in-1.csv'), '');
    for (let look = 0; look < 4; look += 1) await lookAt(watch, 4_000);
    expect(started).toEqual([]);
  });
});

describe('a job that waits for a measure', () => {
  it('is started once when it stays above, and again at the next look when that failed', async () => {
    const entry = { kind: 'metric' as const, metric: 'disk' as const, disk: 'D:', abovePercent: 90, forMs: 5_000 };
    const watch = new TriggerWatch(portsFor([scriptJob('', { schedule: [entry] })]));
    percent = 95.4;
    await lookAt(watch, 0);
    answer = { ok: false, code: 'failed', message: 'no' };
    await lookAt(watch, 5_000);
    answer = { ok: true };
    await lookAt(watch, 2_000);
    await lookAt(watch, 60_000);
    expect(started.map(({ ticket }) => ticket.cause)).toEqual(Array(2).fill('D: at 95 %, above 90 % for 5 s'));
  });
});

describe('a job that follows another', () => {
  const first = scriptJob('', { name: 'extract' });
  const second = scriptJob('', { name: 'load', schedule: [{ kind: 'job', job: 'Extract', outcome: 'success' }] });
  const ended = (state: 'succeeded' | 'failed', finishedAt = new Date().toISOString()): UnnumberedEvent => {
    const stream = { bytes: 0, stored: 0, sha256: '0'.repeat(64) };
    const output = { stdout: stream, stderr: stream, encoding: 'auto' as const };
    const identity = identityOf(makeEvent({ jobId: first.jobId }));
    const data = { kind: 'run.finished' as const, ...identity, finishedAt, durationMs: 1, state, reason: null };
    return { ...makeEvent(), data: { ...data, exitCode: 0, output } };
  };

  it('is started once for each end that it asks for, also when the event comes again or the agent was restarted', async () => {
    const ports = portsFor([first, second]);
    const event = ended('succeeded');
    expect(noteFollowers([ended('failed'), event, makeEvent()], ports)).toBe(true);
    expect(noteFollowers([event], ports)).toBe(false);
    const watch = new TriggerWatch(portsFor([first, second]));
    await watch.look();
    await watch.look();
    expect(noteFollowers([event], ports)).toBe(false);
    await watch.look();
    expect(started.map(({ jobId }) => jobId)).toEqual([second.jobId]);
    expect(started[0]?.ticket.cause).toMatch(/^run [0-9a-f-]{36} of extract: succeeded$/);
  });

  it('is tried again for an hour, and not started for what ended long ago', async () => {
    const ports = portsFor([first, second]);
    const old = new Date(Date.now() - 25 * 3_600_000).toISOString();
    expect(noteFollowers([ended('succeeded', old)], ports)).toBe(false);
    noteFollowers([ended('succeeded')], ports);
    answer = { ok: false, code: 'failed', message: 'no' };
    const watch = new TriggerWatch(ports);
    await lookAt(watch, 0);
    await lookAt(watch, 60_000);
    expect(started).toHaveLength(2);
    await lookAt(watch, 3_600_000);
    await lookAt(watch, 2_000);
    expect(started).toHaveLength(2);
    expect(memory?.follows.pending).toEqual([]);
  });
});
