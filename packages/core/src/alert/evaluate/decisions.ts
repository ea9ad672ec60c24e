import type { AlertFacts, AlertKey, AlertTransition } from '../alert.js';
import type { ConditionKind } from '../conditions/condition.js';
import type { Reason } from '../reason.js';
import { nextAlert } from './machine.js';
import { emptyMemory, holdingAfter, isWorthKeeping, type Told, wakeOf } from './memory.js';
import { goodsSince, isBad, isFlapping, type Result, type Series } from './series.js';
import { type AlertMemory, type AlertRow, type PolicyNow, pairOf, textOfKey, type World } from './world.js';

/** What came in, besides the answers of the conditions. */
export interface News {
  readonly told: readonly Told[];
  readonly memory: AlertMemory;
  readonly runId?: string | null;
  /** A result that was not known before. */
  readonly result?: Result | null;
  /** Seen with one's own eyes, and not by good runs: `true` it is over, `false` it is not. */
  readonly seenOver?: boolean;
}

const recovered: Reason = { code: 'recovered', text: 'it is over' };

/** Moves alerts by what their conditions answer, and keeps account of it. */
export class Decisions {
  readonly transitions: AlertTransition[] = [];
  /** Rows to be written, by id, in the order in which they first changed. */
  readonly changed = new Map<string, AlertRow>();
  /** Ids of rows that are no longer needed; gone before the others are written. */
  readonly gone = new Set<string>();

  /** Pairs of job and host of which some alert fires or waits, or did before this batch. */
  private readonly pairs = new Set<string>();

  constructor(private readonly world: World) {
    for (const row of world.alerts.values()) this.notePair(row);
  }

  hasRows(jobId: string, hostId: string): boolean {
    return this.pairs.has(pairOf(jobId, hostId));
  }

  /** Resolved ones are history: the next begins anew. */
  rowOf(key: AlertKey): AlertRow | undefined {
    const row = this.world.alerts.get(textOfKey(key));
    return row?.alert.state === 'resolved' ? undefined : row;
  }

  memoryOf(key: AlertKey): AlertMemory {
    return this.rowOf(key)?.memory ?? emptyMemory;
  }

  seriesOf({ jobId, hostId }: Pick<AlertKey, 'jobId' | 'hostId'>): Series {
    return (jobId && hostId && this.world.series.get(pairOf(jobId, hostId))) || [];
  }

  decide(policy: PolicyNow, key: AlertKey, news: News): void {
    const { nowMs } = this.world;
    const row = this.rowOf(key);
    const holding = holdingAfter(news.memory.holding, news.told);
    const held = Object.entries(holding) as [ConditionKind, Reason][];
    const series = this.seriesOf(key);
    const memory = { ...news.memory, holding, ...heldAt(held.length > 0, news.memory, series) };
    const state = row?.alert.state ?? 'ok';
    const asked = { holds: held.length > 0, goods: goodsOf(news, memory, series), nowMs };
    const next = nextAlert({ state, sinceMs: row?.alert.sinceMs ?? nowMs }, asked, policy);
    const wakeMs = wakeOf(news.told, next.state === 'pending' ? next.sinceMs + policy.forMs : null, nowMs);
    if (!row && next.state === 'ok' && wakeMs === null && !isWorthKeeping(memory)) return;
    const moved = next.state !== state;
    const begins = state === 'ok' && moved;
    if (row && !moved && !news.result && wakeMs === row.alert.wakeMs && isSame(memory, row.memory)) return;
    const [condition, reason] = held[0] ?? [
      row?.facts.condition ?? 'ok',
      overReason(row, news, asked.goods, series, moved),
    ];
    const fires = next.state === 'firing' && (begins || state === 'pending');
    const alert = {
      // What only waited leaves no trace: the alert begins now, and its id says so.
      id: row && !begins ? row.alert.id : this.world.makeId(),
      key,
      state: next.state,
      severity: policy.severity,
      flapping: isFlapping(series, row?.alert.flapping ?? false),
      sinceMs: next.sinceMs,
      firedMs: fires ? nowMs : (row?.alert.firedMs ?? null),
      resolvedMs: next.state === 'resolved' ? nowMs : null,
      reason,
      runId: news.runId ?? row?.alert.runId ?? null,
      incidentId: begins ? null : (row?.alert.incidentId ?? null),
      wakeMs: next.state === 'resolved' ? null : wakeMs,
    };
    if (row && begins) this.drop(row);
    const facts = factsOf(this.world, policy, key, condition, news.result ?? null, row?.facts ?? null);
    this.keep({ alert, memory, facts });
    if (isTold(state, next.state, news.result ?? null))
      this.transitions.push({ alert, from: state, atMs: nowMs, facts });
    if (next.state === 'resolved' && wakeMs !== null)
      this.keep({
        alert: {
          ...alert,
          id: this.world.makeId(),
          state: 'ok',
          incidentId: null,
          firedMs: null,
          resolvedMs: null,
          wakeMs,
        },
        memory,
        facts,
      });
  }

  /** Nothing looks at it any more: it ends, whatever holds. */
  retire(row: AlertRow, reason: Reason): void {
    const { nowMs } = this.world;
    const { state } = row.alert;
    if (state === 'ok' || state === 'pending') {
      this.drop(row);
      return;
    }
    const alert = { ...row.alert, state: 'resolved' as const, resolvedMs: nowMs, wakeMs: null, reason };
    this.keep({ ...row, alert });
    this.transitions.push({ alert, from: state, atMs: nowMs, facts: row.facts });
  }

  private notePair({ alert: { key } }: AlertRow): void {
    if (key.jobId && key.hostId) this.pairs.add(pairOf(key.jobId, key.hostId));
  }

  private keep(row: AlertRow): void {
    this.notePair(row);
    this.world.alerts.set(textOfKey(row.alert.key), row);
    if (canGo(row)) this.drop(row);
    else this.changed.set(row.alert.id, row);
  }

  private drop({ alert }: AlertRow): void {
    const key = textOfKey(alert.key);
    if (this.world.alerts.get(key)?.alert.id === alert.id) this.world.alerts.delete(key);
    this.changed.delete(alert.id);
    this.gone.add(alert.id);
  }
}

/** Whether an alert's row says nothing that is still needed. */
function canGo({ alert, memory }: AlertRow): boolean {
  return alert.state === 'ok' && alert.wakeMs === null && !isWorthKeeping(memory);
}

/** Whether nothing is to be remembered that was not; how long it has been so is no news. */
function isSame(now: AlertMemory, before: AlertMemory): boolean {
  const kinds = (memory: AlertMemory) => Object.keys(memory.holding).sort();
  const facts = (memory: AlertMemory) => JSON.stringify(Object.entries({ ...memory, holding: kinds(memory) }).sort());
  return facts(now) === facts(before);
}

function isTold(from: AlertRow['alert']['state'], to: AlertRow['alert']['state'], result: Result | null): boolean {
  // It fires on, and another run failed.
  if (from === to) return (to === 'firing' || to === 'acked') && result !== null && isBad(result);
  return to !== 'pending' && to !== 'ok';
}

/** Good runs count from the newest result at which it held; of what was seen otherwise, once is enough. */
function goodsOf({ seenOver }: News, { heldAtMs }: AlertMemory, series: Series): number {
  if (seenOver !== undefined) return seenOver ? Number.POSITIVE_INFINITY : 0;
  return goodsSince(series, heldAtMs ?? Number.NEGATIVE_INFINITY);
}

function heldAt(holds: boolean, { heldAtMs }: AlertMemory, series: Series): { heldAtMs?: number } {
  const newest = series.at(-1)?.atMs;
  if (!holds || newest === undefined) return heldAtMs === undefined ? {} : { heldAtMs };
  return { heldAtMs: Math.max(newest, heldAtMs ?? newest) };
}

/** While it is not over though nothing holds, why it fired stays said; then what ended it: good runs, or what was seen. */
function overReason(
  row: AlertRow | undefined,
  { told, seenOver }: News,
  goods: number,
  series: Series,
  moved: boolean,
): Reason {
  if (row && !moved) return row.alert.reason;
  const last = series.at(-1);
  const said = told.find(([kind]) => kind === row?.facts.condition) ?? told[0];
  const code = said ? `${said[1].reason.code}_over` : recovered.code;
  if (seenOver === undefined && goods > 0 && last) return { code, ...goodRuns(goods, last) };
  return said ? { ...said[1].reason, code } : recovered;
}

function goodRuns(goods: number, { atMs, state, runId }: Result): Omit<Reason, 'code'> {
  const at = new Date(atMs).toISOString();
  const text =
    goods === 1 ? `the run of ${at} ended as ${state}` : `${goods} runs in a row went well, the last of ${at}`;
  return { text, figures: { goods, runId, at } };
}

function factsOf(
  world: World,
  policy: PolicyNow,
  key: AlertKey,
  condition: string,
  result: Result | null,
  old: AlertFacts | null,
): AlertFacts {
  const job = key.jobId === null ? undefined : world.jobs.get(key.jobId);
  const host = key.hostId === null ? undefined : world.hosts.get(key.hostId);
  const names = { ...(job ? { job: job.name } : {}), ...(host ? { host: host.name } : {}) };
  return {
    policyName: policy.name,
    condition,
    jobName: job?.name ?? null,
    hostName: host?.name ?? null,
    jobVersion: job?.version ?? null,
    owner: job?.owner || null,
    labels: { ...host?.labels, ...policy.labels, ...names, policy: policy.name, severity: policy.severity },
    outcome: result?.state ?? old?.outcome ?? null,
    exitCode: result ? result.exitCode : (old?.exitCode ?? null),
    runbook: policy.runbook,
  };
}
