import type { LedgerRun } from '@carillon/contract/fleet/messages';
import { quantilesOf } from '../bench/quantiles.js';
import { type Difference, differencesOf, type RecordedRun } from '../fleet/compare.js';
import { type DrillGroup, type DrillHost, type DrillScenario, type DueRun, drillGroups } from './drill-plan.js';

/** A run as the program on the host wrote it down itself. */
export interface HostRun extends LedgerRun {
  readonly job: string;
  /** Null where it was ordered. */
  readonly scheduledFor: string | null;
}

/** A run as the centre has it. */
export interface CentreRun extends RecordedRun {
  readonly job: string;
  readonly scheduledFor: string | null;
}

/** "Run now", asked for during the fault. */
export interface DrillOrder {
  readonly host: string;
  readonly job: string;
  /** After the beginning of the fault. */
  readonly askedMs: number;
  readonly answer: OrderAnswer;
}

export type OrderAnswer =
  /** `state` is that of the command now. */
  | { readonly kind: 'taken'; readonly state: string; readonly code: string | null; readonly runId: string | null }
  /** The centre said no, or nothing: whoever asked does not believe that it was taken. */
  | { readonly kind: 'refused'; readonly why: string };

export interface DrillIncident {
  readonly number: number;
  readonly title: string;
  readonly hosts: readonly string[];
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

export interface ScenarioFacts {
  readonly scenario: DrillScenario;
  readonly hosts: readonly DrillHost[];
  readonly startedMs: number;
  readonly struckMs: number;
  readonly healedMs: number;
  /** When the centre knew everything again; null: not within the time that it was given. */
  readonly caughtUpMs: number | null;
  readonly due: readonly DueRun[];
  readonly ledger: readonly HostRun[];
  readonly recorded: readonly CentreRun[];
  /** When somebody who asks the centre saw the end of a run first, by its id. */
  readonly seenMs: ReadonlyMap<string, number>;
  readonly orders: readonly DrillOrder[];
  /** Connections that agents had to make anew. */
  readonly reconnects: Readonly<Record<DrillGroup, number>>;
}

/** Something that must be said with names. */
export interface Missing {
  readonly kind: 'not-run' | 'run-twice' | 'order-not-kept' | Difference['kind'];
  readonly host: string;
  readonly job: string;
  /** ISO 8601; null of an ordered run, and of one that nobody knows. */
  readonly occurrence: string | null;
  readonly text: string;
}

/** How much later than on the host the end of a run was known in the centre. */
export interface Lateness {
  /** Of runs that ended before the fault; null where none did. */
  readonly usualMs: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

export interface GroupResult {
  readonly hosts: number;
  readonly due: number;
  /** Of those due, the ones that started on the host. */
  readonly started: number;
  /** All that ran, ordered ones too. */
  readonly ran: number;
  readonly recorded: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrong: number;
  readonly late: Lateness;
  readonly reconnects: number;
}

export interface ScenarioResult {
  readonly scenario: DrillScenario;
  readonly startedMs: number;
  readonly struckMs: number;
  readonly healedMs: number;
  /** From the end of the fault; null: not within the time that it was given. */
  readonly caughtUpAfterMs: number | null;
  readonly groups: Readonly<Record<DrillGroup, GroupResult>>;
  readonly orders: readonly (DrillOrder & { readonly became: string })[];
  readonly missing: readonly Missing[];
}

/** The book of a host has whole seconds, and a runner needs one or two; from here on starts are late. */
const busyMs = 3_000;
/** The program on the host begins after its runner and ends before it, and its clock tells seconds. */
const timesWithinMs = 5_000;

/** Compares what was due, what the hosts did, and what the centre has of it. */
export function judgeScenario(facts: ScenarioFacts): ScenarioResult {
  const { scenario, startedMs, struckMs, healedMs, caughtUpMs } = facts;
  const orders = facts.orders.map((order) => ({ ...order, became: becameOf(order, facts) }));
  const missing = [...unstarted(facts), ...startedTwice(facts), ...unlike(facts), ...broken(facts)];
  const group = (name: DrillGroup) => groupResult(facts, name, missing);
  return {
    ...{ scenario, startedMs, struckMs, healedMs },
    caughtUpAfterMs: caughtUpMs === null ? null : Math.max(0, caughtUpMs - healedMs),
    groups: { struck: group('struck'), control: group('control') },
    orders,
    missing,
  };
}

const keyOf = (host: string, job: string, at: string | null) => `${host}\n${job}\n${at === null ? '' : Date.parse(at)}`;

function countsOf(ledger: readonly HostRun[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { host, job, scheduledFor } of ledger) {
    const key = keyOf(host, job, scheduledFor);
    if (scheduledFor !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function unstarted({ due, ledger }: ScenarioFacts): Missing[] {
  const started = countsOf(ledger);
  return due
    .filter(({ host, job, at }) => !started.has(keyOf(host, job, at)))
    .map(({ host, job, at }) => ({
      ...{ kind: 'not-run', host, job, occurrence: at },
      text: `due, and never started; ${lateWords(latestStartMs(host, ledger))}`,
    }));
}

/** How late the runs of a host began at most; null where none did. */
function latestStartMs(host: string, ledger: readonly HostRun[]): number | null {
  const late = ledger.flatMap((run) =>
    run.host === host && run.scheduledFor !== null ? [Date.parse(run.startedAt) - Date.parse(run.scheduledFor)] : [],
  );
  return late.length === 0 ? null : Math.max(...late);
}

/** Whether a machine that was too busy explains it: a start that begins when the next is due answers that one. */
function lateWords(latestMs: number | null): string {
  if (latestMs === null) return 'nothing was started on this host at all';
  const most = `runs of this host began up to ${Math.max(0, Math.round(latestMs / 1_000))} s after they were due`;
  if (latestMs < busyMs) return `${most}, so that a busy machine does not explain it`;
  return `${most}: the machine was too busy, and a start that begins only when the next is due answers that one`;
}

/** By its occurrence, or by its id where a program began twice under one. */
function startedTwice({ ledger }: ScenarioFacts): Missing[] {
  const seen = new Set<string>();
  return ledger.flatMap(({ host, job, scheduledFor, runId }): Missing[] => {
    const keys = [runId, ...(scheduledFor === null ? [] : [keyOf(host, job, scheduledFor)])];
    const isSecond = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    const text = `started once more, as run ${runId}`;
    return isSecond ? [{ kind: 'run-twice', host, job, occurrence: scheduledFor, text }] : [];
  });
}

function unlike({ ledger, recorded }: ScenarioFacts): Missing[] {
  const onHosts = new Map(ledger.map((run) => [run.runId, run]));
  const inCentre = new Map(recorded.map((run) => [run.id, run]));
  return differencesOf([...onHosts.values()], recorded, { timesWithinMs }).map(({ kind, runId, host, text }) => {
    const run = onHosts.get(runId) ?? inCentre.get(runId);
    return { kind, host, job: run?.job ?? '?', occurrence: run?.scheduledFor ?? null, text };
  });
}

/** Orders that were taken and of which nothing can be said, or whose run the host does not know. */
function broken(facts: ScenarioFacts): Missing[] {
  return facts.orders.flatMap(({ host, job, answer }): Missing[] => {
    if (answer.kind === 'refused' || isTold(answer.state)) return [];
    const isKept = answer.state === 'done' && facts.ledger.some(({ runId }) => runId === answer.runId);
    const text =
      answer.state === 'done'
        ? `"run now" is said to be done as run ${answer.runId ?? '?'}, which the host does not know`
        : `"run now" was taken, and is still ${answer.state}`;
    return isKept ? [] : [{ kind: 'order-not-kept', host, job, occurrence: null, text }];
  });
}

/** Ends of a command that tell whoever gave it that, and why, it was not done. */
function isTold(state: string): boolean {
  return state === 'expired' || state === 'rejected' || state === 'indeterminate';
}

function becameOf({ answer, askedMs }: DrillOrder, { ledger, struckMs }: ScenarioFacts): string {
  if (answer.kind === 'refused') return `not taken: ${answer.why}`;
  if (answer.state !== 'done') return `taken, then ${answer.state}${answer.code === null ? '' : ` (${answer.code})`}`;
  const runs = ledger.filter(({ runId }) => runId === answer.runId);
  const [run] = runs;
  if (!run) return `taken, and said to be done as run ${answer.runId ?? '?'}, which the host does not know`;
  const afterMs = Math.max(0, Date.parse(run.startedAt) - struckMs - askedMs);
  // The host's own book has whole seconds.
  return `taken, and ran ${runs.length === 1 ? 'once' : `${runs.length} times`}, about ${Math.round(afterMs / 1_000)} s later`;
}

function groupResult(facts: ScenarioFacts, group: DrillGroup, missing: readonly Missing[]): GroupResult {
  const names = new Set(facts.hosts.filter((host) => host.group === group).map(({ name }) => name));
  const ofGroup = <T extends { readonly host: string }>(items: readonly T[]) =>
    items.filter(({ host }) => names.has(host));
  const found = ofGroup(missing);
  const count = (...kinds: Missing['kind'][]) => found.filter(({ kind }) => kinds.includes(kind)).length;
  const due = ofGroup(facts.due).length;
  const ran = new Set(ofGroup(facts.ledger).map(({ runId }) => runId)).size;
  const lost = count('lost');
  return {
    hosts: names.size,
    due,
    started: due - count('not-run'),
    ran,
    recorded: ran - lost,
    lost,
    doubled: count('duplicated', 'run-twice'),
    wrong: count('wrong'),
    late: latenessOf(ofGroup(facts.recorded), facts),
    reconnects: facts.reconnects[group],
  };
}

function latenessOf(recorded: readonly CentreRun[], { seenMs, struckMs }: ScenarioFacts): Lateness {
  const late = recorded.flatMap(({ id, finishedAt }) => {
    const seen = seenMs.get(id);
    if (seen === undefined || finishedAt === null) return [];
    const endedMs = Date.parse(finishedAt);
    return [{ endedMs, lateMs: Math.max(0, seen - endedMs) }];
  });
  const usual = late.filter(({ endedMs, lateMs }) => endedMs + lateMs < struckMs).map(({ lateMs }) => lateMs);
  const all = late.map(({ lateMs }) => lateMs);
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    usualMs: orNull(Math.max(...usual)),
    p95Ms: orNull(quantilesOf(all).p95),
    maxMs: orNull(Math.max(...all)),
  };
}

/** Whether the hosts that were not to be hit noticed something: nothing missing, no connection lost. */
export function isUndisturbed({ groups, missing }: ScenarioResult, hosts: readonly DrillHost[]): boolean {
  const control = new Set(hosts.filter(({ group }) => group === 'control').map(({ name }) => name));
  return groups.control.reconnects === 0 && missing.every(({ host }) => !control.has(host));
}

/** Everything together. */
export function totalsOf(results: readonly ScenarioResult[]): { due: number; ran: number; recorded: number } {
  const groups = results.flatMap((result) => drillGroups.map((group) => result.groups[group]));
  const sum = (field: 'due' | 'ran' | 'recorded') => groups.reduce((total, each) => total + each[field], 0);
  return { due: sum('due'), ran: sum('ran'), recorded: sum('recorded') };
}
