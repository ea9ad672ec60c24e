import { describe, expect, it } from 'vitest';
import { isUndisturbed, judgeScenario, type OrderAnswer } from './judge-drill.js';
import { recordedAs, sampleFacts } from './testing/sample-drill.js';

const facts = sampleFacts();
const missingOf = (change: Parameters<typeof sampleFacts>[0]) =>
  judgeScenario(sampleFacts(change)).missing.map(({ kind, host, job, occurrence }) => [kind, host, job, occurrence]);
/** On berlin-1, at :05, while its agent was away. */
const inTheGap = facts.ledger.find(({ host, scheduledFor }) => host === 'berlin-1' && scheduledFor?.includes(':05.'));
const gap = inTheGap?.runId;

describe('what a drill finds', () => {
  it('is nothing where all that was due ran once, and is recorded as it was', () => {
    const { groups, missing, caughtUpAfterMs } = judgeScenario(facts);
    expect(missing).toEqual([]);
    expect(caughtUpAfterMs).toBe(1_000);
    expect(groups.struck).toMatchObject({ hosts: 1, due: 3, started: 3, ran: 4, recorded: 4, reconnects: 1 });
    expect(groups.control).toMatchObject({ hosts: 1, due: 3, started: 3, ran: 3, recorded: 3, reconnects: 0 });
    for (const group of Object.values(groups)) expect(group).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
  });

  it('names a run that the centre lost', () => {
    const recorded = facts.recorded.filter(({ id }) => id !== gap);
    expect(missingOf({ recorded })).toEqual([['lost', 'berlin-1', 'agent-stop-1', '2026-03-01T12:00:05.000Z']]);
    expect(judgeScenario(sampleFacts({ recorded })).groups).toMatchObject({
      struck: { started: 3, ran: 4, recorded: 3, lost: 1 },
      control: { lost: 0 },
    });
  });

  it('names an occurrence that no host started, though nothing is missing between host and centre', () => {
    const without = <T extends { runId?: string; id?: string }>(runs: readonly T[]) =>
      runs.filter(({ runId, id }) => (runId ?? id) !== gap);
    const change = { ledger: without(facts.ledger), recorded: without(facts.recorded) };
    expect(missingOf(change)).toEqual([['not-run', 'berlin-1', 'agent-stop-1', '2026-03-01T12:00:05.000Z']]);
    expect(judgeScenario(sampleFacts(change)).groups.struck).toMatchObject({ due: 3, started: 2, lost: 0 });
  });

  it.each<[string, number | null, string]>([
    ['a busy machine, where starts were late', 6, 'up to 6 s after they were due: the machine was too busy'],
    ['something else, where they were not', 1, 'up to 1 s after they were due, so that a busy machine does not'],
    ['a host that started nothing', null, 'nothing was started on this host at all'],
  ])('puts what did not run down to %s', (_what, lateSeconds, words) => {
    const ledger = facts.ledger.flatMap((run) => {
      if (run.host !== 'berlin-1') return [run];
      if (run.runId === gap || lateSeconds === null) return [];
      const at = new Date(Date.parse(run.scheduledFor ?? run.startedAt) + lateSeconds * 1_000).toISOString();
      return [{ ...run, startedAt: at }];
    });
    const { missing } = judgeScenario(sampleFacts({ ledger, recorded: ledger.map(recordedAs), orders: [] }));
    expect(missing[0]).toMatchObject({ kind: 'not-run', text: expect.stringContaining(words) });
  });

  it('names an occurrence that ran twice, under two ids or under one', () => {
    if (!inTheGap) throw new Error('no such run');
    const again = { ...inTheGap, runId: 'another' };
    const twice = { ledger: [...facts.ledger, again], recorded: [...facts.recorded, recordedAs(again)] };
    expect(missingOf(twice)).toEqual([['run-twice', 'berlin-1', 'agent-stop-1', '2026-03-01T12:00:05.000Z']]);
    expect(missingOf({ ledger: [...facts.ledger, inTheGap] })).toEqual(missingOf(twice));
  });

  it('names what is recorded twice, wrongly, or without an end', () => {
    const change = (fields: object) => facts.recorded.map((run) => (run.id === gap ? { ...run, ...fields } : run));
    const said = (kind: string) => [[kind, 'berlin-1', 'agent-stop-1', '2026-03-01T12:00:05.000Z']];
    const again = facts.recorded.filter(({ id }) => id === gap);
    expect(missingOf({ recorded: [...facts.recorded, ...again] })).toEqual(said('duplicated'));
    for (const fields of [
      { exitCode: 3 },
      { stdoutSha256: 'bb' },
      { state: 'running', finishedAt: null, exitCode: null },
    ])
      expect(missingOf({ recorded: change(fields) })).toEqual(said('wrong'));
  });

  it('says how late results were, and how late they usually are', () => {
    const { struck, control } = judgeScenario(facts).groups;
    expect(control.late).toEqual({ usualMs: 500, p95Ms: 500, maxMs: 500 });
    // What ended at :06 was known at :09.
    expect(struck.late).toEqual({ usualMs: 500, p95Ms: 3_000, maxMs: 3_000 });
    const nothingSeen = judgeScenario(sampleFacts({ seenMs: new Map() })).groups.struck.late;
    expect(nothingSeen).toEqual({ usualMs: null, p95Ms: null, maxMs: null });
  });
});

describe('orders that were given during the fault', () => {
  const judge = (answer: OrderAnswer) =>
    judgeScenario(sampleFacts({ orders: [{ host: 'berlin-1', job: 'agent-stop-1', askedMs: 3_000, answer }] }));

  it.each<[string, OrderAnswer, string]>([
    [
      'kept',
      { kind: 'taken', state: 'done', code: null, runId: 'run-ordered' },
      'taken, and ran once, about 2 s later',
    ],
    ['refused', { kind: 'refused', why: '503, the database is away' }, 'not taken: 503, the database is away'],
    ['expired', { kind: 'taken', state: 'expired', code: 'too_late', runId: null }, 'taken, then expired (too_late)'],
  ])('are fine when they were %s', (_, answer, became) => {
    expect(judge(answer)).toMatchObject({ missing: [], orders: [{ became }] });
  });

  it.each<[string, OrderAnswer]>([
    ['still wait', { kind: 'taken', state: 'delivered', code: null, runId: null }],
    ['are said to be done and were not', { kind: 'taken', state: 'done', code: null, runId: 'nowhere' }],
  ])('are missing when they %s', (_, answer) => {
    expect(judge(answer).missing).toMatchObject([{ kind: 'order-not-kept', host: 'berlin-1', occurrence: null }]);
  });
});

describe('the control group', () => {
  it('is undisturbed while it misses nothing and keeps its connections', () => {
    expect(isUndisturbed(judgeScenario(facts), facts.hosts)).toBe(true);
    const cut = judgeScenario(sampleFacts({ reconnects: { struck: 0, control: 1 } }));
    expect(isUndisturbed(cut, facts.hosts)).toBe(false);
    const lost = facts.recorded.filter(
      ({ host, scheduledFor }) => host !== 'other-1' || !scheduledFor?.includes(':05.'),
    );
    expect(isUndisturbed(judgeScenario(sampleFacts({ recorded: lost })), facts.hosts)).toBe(false);
    const ofLabel = facts.recorded.filter(({ id }) => id !== gap);
    expect(isUndisturbed(judgeScenario(sampleFacts({ recorded: ofLabel })), facts.hosts)).toBe(true);
  });
});
