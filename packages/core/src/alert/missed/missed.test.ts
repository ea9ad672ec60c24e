import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { isDue } from '@carillon/wintask/schedule/occurrences';
import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { triggerOccurrences } from '@carillon/wintask/trigger/occurrences';
import { describe, expect, it } from 'vitest';
import type { WhyVersion } from '../../why/due-fire.js';
import type { WhyFacts } from '../../why/why-facts.js';
import { type ExpectedSpan, expectedFires, joinSpans, nextExpectedFire } from './expected-fires.js';
import { type CursorFacts, dueFires, judgeLook, nextLook, ranInTime, spansLeft } from './judge-cursor.js';
import { type HostContact, judgeExpected } from './judge-expected.js';
import { missedRules } from './missed-rules.js';
import { stretchesOf } from './stretches.js';

const minute = 60_000;
const hour = 60 * minute;
const fireMs = Date.parse('2026-11-26T02:00:00Z');

const version = (schedule: Schedule, change: Partial<WhyVersion> = {}): WhyVersion => ({
  version: 1,
  createdMs: 0,
  schedule,
  enabled: true,
  onMissed: 'skip',
  ...change,
});
const cron = (expression: string): Schedule => [{ kind: 'cron', expression }];
const span = (schedule: Schedule, change: Partial<ExpectedSpan> = {}): ExpectedSpan => ({
  version: version(schedule),
  timezone: 'UTC',
  fromMs: 0,
  ...change,
});

const facts = (nowMs: number, change: Partial<WhyFacts> = {}): WhyFacts => ({
  nowMs,
  host: { state: 'active', presence: 'online', enrolledMs: 0, lastSeenMs: nowMs - 1_000, waiting: 0 },
  assignment: { state: 'applied', version: 1, appliedVersion: 1, code: null, message: null, updatedMs: 0 },
  runs: [],
  failures: [],
  changes: [],
  absences: [],
  pauses: [],
  history: { state: 'on', message: null },
  task: null,
  ...change,
});
const contact: HostContact = { connectedMs: 0, clockAheadMs: 0, steadySinceMs: 0 };
const run = (
  scheduledForMs: number | null,
  startedMs: number,
  state: WhyFacts['runs'][number]['state'] = 'succeeded',
) => ({
  id: `run-${startedMs}`,
  state,
  reason: null,
  detail: null,
  scheduledForMs,
  startedMs,
  exitCode: 0,
});
const judge = (
  minutesAfter: number,
  change: Partial<WhyFacts> = {},
  onMissed: 'skip' | 'run-once' = 'skip',
  at: Partial<HostContact> = {},
) =>
  judgeExpected(
    { due: true, atMs: fireMs, version: version(cron('0 2 * * *'), { onMissed }) },
    facts(fireMs + minutesAfter * minute, change),
    { ...contact, ...at },
  );
const host = (minutesAfter: number, change: Partial<WhyFacts['host']>) => ({
  host: { ...facts(fireMs + minutesAfter * minute).host, ...change },
});
const gone = (from: number, to: number | null, booted: number | null = null) => ({
  fromMs: fireMs + from * minute,
  toMs: to === null ? null : fireMs + to * minute,
  bootedMs: booted === null ? null : fireMs + booted * minute,
});

describe('a weekend on which clocks change', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'America/Santiago',
    'Australia/Sydney',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'Pacific/Auckland',
    'Asia/Shanghai',
  ];
  const days = [
    '2026-03-07',
    '2026-03-28',
    '2026-04-04',
    '2026-04-23',
    '2026-09-05',
    '2026-09-26',
    '2026-10-03',
    '2026-10-24',
    '2026-10-29',
    '2026-10-31',
  ];
  const schedules: Schedule[] = [
    cron('*/15 * * * *'),
    cron('30 2 * * *'),
    cron('0 0-5 * * 0'),
    cron('59 23 * * 6'),
    [{ kind: 'every', intervalMs: 2 * hour }],
    [{ kind: 'every', intervalMs: 25 * minute }],
    [{ kind: 'cron', expression: '15 1,2,3 * * *', jitterMs: 20 * minute }],
    [{ kind: 'cron', expression: '30 2 * * *', timezone: 'America/New_York' }],
    [{ kind: 'cron', expression: '0 * * * *', calendar: { except: ['2026-10-25', '2026-03-29'] } }],
  ];

  it.each(zones)('raises no alarm in %s', (timezone) => {
    let expected = 0;
    for (const day of days)
      for (const schedule of schedules) {
        const startMs = Date.parse(`${day}T00:00:00Z`) - 12 * hour;
        const untilMs = startMs + 60 * hour;
        const starts = startsOnHost(schedule, { hostTimezone: timezone, spreadKey: 'h/j' }, startMs, untilMs + hour);
        expected += playOnServer(span(schedule, { timezone }), starts, startMs, untilMs);
      }
    expect(expected).toBeGreaterThan(4_000);
  });

  /** As the host does it: native triggers, then the gate. */
  function startsOnHost(
    schedule: Schedule,
    context: { hostTimezone: string; spreadKey: string },
    fromMs: number,
    untilMs: number,
  ) {
    const compiled = compileSchedule(schedule, context);
    if (!compiled.ok) throw new Error(compiled.problem.message);
    const starts = new Set<number>();
    const range = { fromMs, untilMs, hostTimezone: context.hostTimezone };
    for (const { atMs } of triggerOccurrences(compiled.triggers, range)) {
      const due = isDue(schedule, { atMs, toleranceMs: 0, ...context });
      if (due.due) starts.add(due.scheduledForMs);
    }
    return [...starts].map((atMs) => run(atMs, atMs + 900));
  }

  /** As the server does it, by a clock that moves from look to look. @returns how many runs were expected, none twice */
  function playOnServer(one: ExpectedSpan, runs: ReturnType<typeof run>[], startMs: number, untilMs: number): number {
    const seen: number[] = [];
    let checkedToMs = startMs;
    for (let nowMs: number | null = startMs + minute; nowMs !== null && nowMs < untilMs; ) {
      const cursor: CursorFacts = { nowMs, checkedToMs, spans: [one], spreadKey: 'h/j', clockAheadMs: 0, endMs: null };
      const due = dueFires(cursor);
      const told = runs.filter(({ startedMs }) => startedMs < (nowMs ?? 0));
      const judged = judgeLook(due, [], facts(nowMs, { runs: told }), contact);
      expect(judged.waiting).toBeNull();
      for (const [fire, { verdict }] of judged.verdicts) {
        expect([new Date(fire.atMs).toISOString(), verdict]).toEqual([new Date(fire.atMs).toISOString(), 'ran']);
        seen.push(fire.atMs);
      }
      checkedToMs = judged.checkedToMs;
      nowMs = nextLook(cursor, due, judged);
    }
    expect(new Set(seen).size).toBe(seen.length);
    // Nor is anything that ran left out.
    const inReach = runs
      .filter(({ scheduledForMs }) => scheduledForMs! <= checkedToMs)
      .map(({ scheduledForMs }) => scheduledForMs);
    expect(seen).toEqual(inReach);
    return seen.length;
  }
});

describe('the verdict', () => {
  it.each([
    ['ran', { runs: [run(fireMs, fireMs + 900)] }],
    ['ran', { runs: [run(fireMs, fireMs + 900, 'failed')] }],
    ['ran_late', { runs: [run(fireMs, fireMs + 20 * minute)] }],
    ['running', { runs: [run(fireMs, fireMs + 900, 'running')] }],
    ['skipped', { runs: [run(fireMs, fireMs + 900, 'skipped')] }],
    ['missed', {}],
    ['missed', { absences: [gone(-60, 30, 25)] }],
    ['not_expected', { assignment: null }],
    ['not_expected', host(60, { enrolledMs: fireMs + 1 })],
    ['not_expected', host(60, { state: 'retired' as const })],
  ] as [string, Partial<WhyFacts>][])('is %s', (verdict, change) => {
    expect(judge(60, change)).toMatchObject({ verdict, againMs: null });
  });

  it('tells causes apart', () => {
    expect(judge(60, { absences: [gone(-60, 30, 25)] }).cause).toBe('host_off');
    expect(judge(60, { absences: [gone(-60, 30)] }).cause).toBe('host_absent');
    const failure = {
      runId: 'r',
      scheduledForMs: fireMs,
      failedMs: fireMs,
      resultCode: 0x8007052e,
      account: 'a',
      records: [104],
    };
    expect(judge(60, { failures: [{ ...failure, cause: 'logon_failed' }] })).toMatchObject({
      verdict: 'missed',
      cause: 'logon_failed',
    });
    expect(judge(60, { failures: [{ ...failure, cause: 'overlap' }] })).toMatchObject({
      verdict: 'skipped',
      cause: 'overlap',
    });
    const refused = { ...facts(0).assignment!, state: 'rejected', appliedVersion: null } as const;
    expect(judge(60, { assignment: refused })).toMatchObject({ verdict: 'missed', cause: 'not_applied' });
  });

  it('waits for a host that is not heard from, that has more to tell, or has come back only now', () => {
    const offline = host(60, { presence: 'offline', lastSeenMs: fireMs - minute });
    expect(judge(60, { ...offline, absences: [gone(-1, null)] })).toMatchObject({
      verdict: 'host_unknown',
      cause: 'host_unknown',
    });
    expect(judge(6, host(6, { presence: 'lagging' }))).toMatchObject({ verdict: 'open' });
    expect(judge(6, host(6, { waiting: 3 }))).toMatchObject({ verdict: 'open', cause: 'unreported' });
    expect(judge(60, host(60, { waiting: 3 }))).toMatchObject({ verdict: 'host_unknown', cause: 'unreported' });
    expect(judge(6, host(6, { lastSeenMs: fireMs + minute }))).toMatchObject({ verdict: 'open' });
    expect(judge(60, { absences: [gone(-60, 59)] }, 'skip', { connectedMs: fireMs + 59 * minute })).toMatchObject({
      verdict: 'open',
      againMs: fireMs + 61 * minute,
    });
  });

  it('is assumed after a day, unless it was we who did not listen', () => {
    const dayLater = 24 * 60 + 1;
    const silent = {
      ...host(dayLater, { presence: 'offline', lastSeenMs: fireMs - minute }),
      absences: [gone(-1, null)],
    };
    expect(judge(dayLater, silent)).toMatchObject({ verdict: 'missed', cause: 'host_unknown', certainty: 'unknown' });
    const steadySinceMs = fireMs + (dayLater - 2) * minute;
    expect(judge(dayLater, silent, 'skip', { steadySinceMs })).toMatchObject({
      verdict: 'host_unknown',
      againMs: steadySinceMs + missedRules.steadyMs,
    });
  });

  it('leaves time for a late start that makes up for it, and takes it for late', () => {
    const absences = [gone(-60, 30, 29)];
    expect(judge(40, { absences }, 'run-once')).toMatchObject({ verdict: 'open', againMs: fireMs + 45 * minute });
    expect(judge(46, { absences }, 'run-once')).toMatchObject({ verdict: 'missed', cause: 'host_off' });
    expect(judge(40, { absences }).verdict).toBe('missed');
    // One start for all that was missed, with the time of the last.
    const late = run(fireMs + 25 * minute, fireMs + 38 * minute);
    expect(judge(40, { absences, runs: [late] }, 'run-once')).toMatchObject({ verdict: 'ran_late', runId: late.id });
    const next = run(fireMs + 38 * minute, fireMs + 38 * minute);
    expect(judge(46, { absences, runs: [next] }, 'run-once').verdict).toBe('missed');
  });
});

describe('what is expected', () => {
  const hourly = cron('0 * * * *');
  const range = { afterMs: fireMs, untilMs: fireMs + 6 * hour, spreadKey: '', limit: 100 };
  const times = (spans: ExpectedSpan[], change = {}) =>
    expectedFires(spans, { ...range, ...change }).map(({ atMs }) => (atMs - fireMs) / hour);

  it('is what was registered then, and nothing near a change', () => {
    expect(times([span(hourly)])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(times([span(hourly)], { limit: 2 })).toEqual([1, 2]);
    expect(times([span(hourly, { fromMs: fireMs + 2.5 * hour })])).toEqual([3, 4, 5, 6]);
    const changed = span(cron('0,30 * * * *'), { fromMs: fireMs + 4 * hour + minute });
    expect(times([span(hourly), changed])).toEqual([1, 2, 3, 4.5, 5, 5.5, 6]);
    expect(times([span(hourly), span(hourly, { timezone: 'Asia/Kolkata', fromMs: fireMs + 4 * hour })])).toEqual([
      1, 2, 3, 4.5, 5.5,
    ]);
    expect(times([span(hourly, { version: version(hourly, { enabled: false }) })])).toEqual([]);
    expect(times([span([{ kind: 'startup' }])])).toEqual([]);
    expect(times([])).toEqual([]);
  });

  it('does not stop at a new version with the same timetable', () => {
    const same = span(hourly, { version: version(hourly, { version: 2 }), fromMs: fireMs + 4 * hour + minute });
    expect(times([span(hourly), same])).toEqual([1, 2, 3, 4, 5, 6]);
    expect(joinSpans([span(hourly), same])).toMatchObject([{ version: { version: 2 }, fromMs: 0 }]);
  });

  it('is looked for again when the next one is due', () => {
    expect(nextExpectedFire([span(hourly)], { afterMs: fireMs, spreadKey: '' })).toBe(fireMs + hour);
    expect(
      nextExpectedFire([span([{ kind: 'at', local: '2020-01-01T00:00' }])], { afterMs: fireMs, spreadKey: '' }),
    ).toBeNull();
    expect(spansLeft([{ fromMs: 1 }, { fromMs: 5 }, { fromMs: 9 }], 6)).toEqual([{ fromMs: 5 }, { fromMs: 9 }]);
  });

  it('comes later to a host whose clock is behind', () => {
    const cursor: CursorFacts = {
      nowMs: fireMs + 5 * minute,
      checkedToMs: fireMs - 1,
      spans: [span(cron('0 2 * * *'))],
      spreadKey: '',
      clockAheadMs: -minute,
      endMs: null,
    };
    expect(dueFires(cursor).fires).toEqual([]);
    expect(dueFires({ ...cursor, clockAheadMs: minute }).fires).toHaveLength(1);
    expect(dueFires({ ...cursor, clockAheadMs: 0, endMs: 0 }).fires).toEqual([]);
  });
});

describe('verdicts in a row', () => {
  const one = (minutes: number) =>
    ({ due: true, atMs: fireMs + minutes * minute, version: version([]), timezone: 'UTC' }) as const;
  const off = { ...ranInTime, verdict: 'missed', cause: 'host_off' } as const;

  it('are one where the same is to be said, and end where it ran', () => {
    const rows = stretchesOf([
      [one(0), ranInTime],
      [one(1), off],
      [one(2), off],
      [one(3), ranInTime],
      [one(4), off],
      [one(5), { ...off, cause: 'no_trace' }],
    ]);
    expect(rows.map(({ first, occurrences }) => [(first.atMs - fireMs) / minute, occurrences])).toEqual([
      [1, 2],
      [4, 1],
      [5, 1],
    ]);
  });
});
