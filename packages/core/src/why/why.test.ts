import { describe, expect, it } from 'vitest';
import { whyReasons } from '../state/states.js';
import { type DueFacts, findDueFire, type WhyVersion } from './due-fire.js';
import { explainFire, explainNoFire } from './why.js';
import type { WhyFacts } from './why-facts.js';

const at = (text: string) => Date.parse(`2026-11-${text}Z`);
const fireMs = at('26T02:00:00');
const minute = 60_000;

const daily: WhyVersion = {
  version: 3,
  createdMs: at('01T00:00:00'),
  schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
  enabled: true,
  onMissed: 'skip',
};
const due = (change: Partial<DueFacts> = {}): DueFacts => ({
  nowMs: at('26T09:00:00'),
  atMs: null,
  versions: [daily],
  deletedMs: null,
  hostTimezone: 'UTC',
  spreadKey: 'x',
  ...change,
});

describe('the fire that is meant', () => {
  it('is the last one, or the one at the time named, give or take what people do', () => {
    expect(findDueFire(due())).toMatchObject({ due: true, atMs: fireMs });
    for (const named of ['26T02:00:00', '26T02:04:59', '26T01:59:10'])
      expect(findDueFire(due({ atMs: at(named) }))).toMatchObject({ due: true, atMs: fireMs });
    expect(findDueFire(due({ atMs: at('25T02:00:00') }))).toMatchObject({ due: true, atMs: at('25T02:00:00') });
    expect(findDueFire(due({ nowMs: at('26T02:00:00') }))).toMatchObject({ due: true, atMs: fireMs });
  });

  it('is the one named, where one comes every minute', () => {
    const minutely = [{ ...daily, schedule: [{ kind: 'cron', expression: '* * * * *' }] } as const];
    for (const [named, found] of [
      ['26T02:00:00', '26T02:00:00'],
      ['26T02:00:59', '26T02:00:00'],
    ] as const)
      expect(findDueFire(due({ versions: minutely, atMs: at(named) }))).toMatchObject({ due: true, atMs: at(found) });
  });

  it('follows the clock of the host', () => {
    expect(findDueFire(due({ hostTimezone: 'Asia/Shanghai' }))).toMatchObject({ due: true, atMs: at('25T18:00:00') });
  });

  it('is one of the version that counted then', () => {
    const changed = {
      ...daily,
      version: 4,
      createdMs: at('26T05:00:00'),
      schedule: [{ kind: 'cron', expression: '0 8 * * *' }],
    } as const;
    const facts = due({ versions: [changed, daily] });
    expect(findDueFire({ ...facts, atMs: fireMs })).toMatchObject({ due: true, version: { version: 3 } });
    expect(findDueFire(facts)).toMatchObject({ due: true, atMs: at('26T08:00:00'), version: { version: 4 } });
    expect(findDueFire({ ...facts, nowMs: at('26T06:00:00') })).toMatchObject({ due: true, atMs: fireMs });
  });

  it.each([
    ['not_due', { atMs: at('26T03:00:00') }],
    ['not_yet', { atMs: at('27T02:00:00') }],
    ['not_due', { versions: [{ ...daily, createdMs: at('26T08:00:00') }] }],
    ['job_newer', { atMs: at('01T02:00:00'), versions: [{ ...daily, createdMs: at('20T00:00:00') }] }],
    ['job_deleted', { deletedMs: at('26T01:00:00'), atMs: fireMs }],
    ['job_disabled', { versions: [{ ...daily, enabled: false }] }],
    ['no_timetable', { versions: [{ ...daily, schedule: [{ kind: 'startup' }] }] }],
    [
      'calendar',
      {
        atMs: fireMs,
        versions: [{ ...daily, schedule: [{ ...daily.schedule[0], calendar: { except: ['2026-11-26'] } }] }],
      },
    ],
  ] as [string, Partial<DueFacts>][])('there is none: %s', (reason, change) => {
    const found = findDueFire(due(change));
    expect(found).toMatchObject({ due: false, reason });
    if (!found.due) expect(explainNoFire(found, at('27T02:00:00'))).toMatchObject({ reason, certainty: 'certain' });
  });

  it('that is none names the fires around', () => {
    const found = findDueFire(due({ atMs: at('26T03:00:00') }));
    expect(found).toMatchObject({ previousMs: fireMs });
    if (!found.due)
      expect(explainNoFire(found, at('27T02:00:00')).evidence).toEqual([
        { atMs: fireMs, code: 'fire_before', text: 'the fire before' },
        { atMs: at('27T02:00:00'), code: 'fire_next', text: 'the next fire' },
      ]);
  });
});

const facts = (change: Partial<WhyFacts> = {}): WhyFacts => ({
  nowMs: at('26T09:00:00'),
  host: { state: 'active', presence: 'online', enrolledMs: 0, lastSeenMs: at('26T08:59:50'), waiting: 0 },
  assignment: {
    state: 'applied',
    version: 3,
    appliedVersion: 3,
    code: null,
    message: null,
    updatedMs: at('01T00:00:10'),
  },
  runs: [],
  failures: [],
  changes: [],
  absences: [],
  pauses: [],
  history: { state: 'on', message: null },
  task: null,
  ...change,
});
const why = (change: Partial<WhyFacts> = {}, onMissed: 'run-once' | 'skip' = 'skip') =>
  explainFire({ due: true, atMs: fireMs, version: { ...daily, onMissed } }, facts(change));

type Run = WhyFacts['runs'][number];
const run = (change: Partial<Run> = {}): Run => ({
  id: 'r1',
  state: 'succeeded',
  reason: null,
  detail: null,
  scheduledForMs: fireMs,
  startedMs: fireMs + 1_000,
  exitCode: 0,
  ...change,
});
type Failure = WhyFacts['failures'][number];
const failure = (change: Partial<Failure> = {}): Failure => ({
  runId: 'r9',
  cause: 'logon_failed',
  scheduledForMs: fireMs,
  failedMs: fireMs + 500,
  resultCode: 0x8007052e,
  account: 'CORP\\etl',
  records: [104, 101],
  ...change,
});
type Change = WhyFacts['changes'][number];
const changed = (change: Partial<Change> = {}): Change => ({
  state: 'repaired',
  found: 'disabled',
  noticedMs: fireMs + 2 * minute,
  changedMs: null,
  changedBy: null,
  differences: [],
  ...change,
});
const gone = (from: string, to: string | null, booted: string | null = null) => ({
  fromMs: at(from),
  toMs: to === null ? null : at(to),
  bootedMs: booted === null ? null : at(booted),
});

describe('why a fire did not run', () => {
  it.each([
    ['ran', { runs: [run()] }],
    ['ran', { runs: [run({ state: 'failed', exitCode: 3, reason: 'exit_code' })] }],
    ['ran_late', { runs: [run({ startedMs: fireMs + 60 * minute })] }],
    ['running', { runs: [run({ state: 'running', exitCode: null })] }],
    ['waiting', { runs: [run({ state: 'waiting', detail: 'for a file' })] }],
    ['skipped', { runs: [run({ state: 'skipped', reason: 'overlap', detail: 'run r0 was under way' })] }],
    ['lost', { runs: [run({ state: 'indeterminate' })] }],
    ['logon_failed', { failures: [failure()], runs: [run({ id: 'r9', state: 'failed' })] }],
    ['launch_failed', { failures: [failure({ cause: 'launch_failed', resultCode: 0x80070002 })] }],
    ['runner_failed', { failures: [failure({ cause: 'runner_failed', scheduledForMs: null })] }],
    ['overlap', { failures: [failure({ cause: 'overlap' })] }],
    [
      'missed',
      { failures: [failure({ cause: 'missed', scheduledForMs: at('26T06:00:00'), failedMs: at('26T07:00:00') })] },
    ],
    ['host_newer', { host: { ...facts().host, enrolledMs: at('26T03:00:00') } }],
    ['host_not_active', { host: { ...facts().host, state: 'revoked' } }],
    ['not_assigned', { assignment: null }],
    [
      'paused',
      {
        pauses: [
          {
            fromMs: at('26T01:00:00'),
            toMs: at('26T03:00:00'),
            untilMs: at('26T05:00:00'),
            by: 'Ann',
            reason: 'storage',
          },
        ],
      },
    ],
    ['host_off', { absences: [gone('26T01:00:00', '26T03:00:00', '26T02:58:00')] }],
    ['host_absent', { absences: [gone('26T01:00:00', '26T03:00:00', '20T02:58:00')] }],
    ['host_absent', { absences: [gone('26T01:00:00', '26T03:00:00')] }],
    ['host_unknown', { absences: [gone('26T01:00:00', null)] }],
    ['unreported', { host: { ...facts().host, waiting: 4 } }],
    ['not_yet', { nowMs: fireMs + 10_000 }],
    ['task_disabled', { changes: [changed()] }],
    ['task_deleted', { changes: [changed({ found: 'deleted', state: 'drifted', noticedMs: at('25T08:00:00') })] }],
    ['task_edited', { changes: [changed({ found: 'edited', changedMs: at('26T01:00:00'), changedBy: 'CORP\\anna' })] }],
    [
      'not_applied',
      {
        assignment: { ...facts().assignment!, state: 'failed', code: 'register_failed', message: 'Access is denied.' },
      },
    ],
    ['not_applied', { assignment: { ...facts().assignment!, state: 'delivered', appliedVersion: null } }],
    ['not_applied', { assignment: { ...facts().assignment!, updatedMs: at('26T04:00:00') } }],
    ['no_trace', {}],
    ['no_trace', { history: null }],
  ] as [string, Partial<WhyFacts>][])('%s', (reason, change) => {
    const found = why(change);
    expect(found.reason).toBe(reason);
    expect(whyReasons).toContain(found.reason);
    expect(found.text).toMatch(/[^.]$/);
  });

  it('a run elsewhere in time is no answer', () => {
    expect(why({ runs: [run({ scheduledForMs: at('25T02:00:00'), startedMs: at('25T02:00:01') })] }).reason).toBe(
      'no_trace',
    );
    expect(why({ failures: [failure({ scheduledForMs: null, failedMs: at('26T05:00:00') })] }).reason).toBe('no_trace');
    // A missed start that stands for what was missed since the last run.
    const later = [run({ scheduledForMs: null, startedMs: at('26T03:00:00') })];
    const missed = failure({ cause: 'missed', scheduledForMs: at('26T06:00:00'), failedMs: at('26T07:00:00') });
    expect(why({ runs: later, failures: [missed] }).reason).toBe('no_trace');
  });

  it('a task that was put right before, or changed after, is no answer', () => {
    expect(why({ changes: [changed({ noticedMs: at('25T08:00:00') })] }).reason).toBe('no_trace');
    expect(why({ changes: [changed({ changedMs: fireMs + minute })] }).reason).toBe('no_trace');
    const restored = [
      changed({ state: 'drifted', noticedMs: at('25T08:00:00') }),
      changed({ state: 'restored', found: null, noticedMs: at('25T09:00:00') }),
    ];
    expect(why({ changes: restored }).reason).toBe('no_trace');
  });

  it('says who, when, and how sure', () => {
    const by = { changedMs: at('26T01:00:00'), changedBy: 'CORP\\anna' };
    expect(why({ changes: [changed(by)] })).toMatchObject({
      certainty: 'certain',
      text: 'its task was switched off on the host by CORP\\anna',
      evidence: [{ atMs: at('26T01:00:00'), text: 'changed by CORP\\anna' }, {}],
    });
    expect(why({ changes: [changed()] }).certainty).toBe('likely');
    expect(why({ failures: [failure({ records: [] })] })).toMatchObject({
      certainty: 'likely',
      evidence: [{ text: expect.stringContaining('last result') }],
    });
    expect(why({ failures: [failure()] }).text).toContain('0x8007052E');
  });

  it('names the run that made up for what was missed', () => {
    const absences = [gone('26T01:00:00', '26T03:00:00', '26T02:58:00')];
    const late = [run({ id: 'late', scheduledForMs: at('26T02:30:00'), startedMs: at('26T03:00:10') })];
    expect(JSON.stringify(why({ absences, runs: late }, 'run-once').evidence)).toContain('late');
    expect(JSON.stringify(why({ absences, runs: late }).evidence)).not.toContain('late');
  });

  it('without a trace it shows what little there is', () => {
    const task = { enabled: false, lastResult: 0x80070005, lastRunMs: at('26T01:00:00') };
    const texts = why({ history: { state: 'off', message: 'to switch it on: x' }, task })
      .evidence.map(({ text }) => text)
      .join('\n');
    for (const part of ['log is off on the host; to switch it on: x', 'switched off', '0x80070005', 'ran last before'])
      expect(texts).toContain(part);
  });
});
