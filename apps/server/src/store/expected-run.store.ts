import {
  type CursorFacts,
  type DueLook,
  dueFires,
  isAnswered,
  type JudgedLook,
  judgeLook,
  nextLook,
  spansLeft,
} from '@carillon/core/alert/missed/judge-cursor';
import type { HostContact } from '@carillon/core/alert/missed/judge-expected';
import { type Stretch, stretchesOf } from '@carillon/core/alert/missed/stretches';
import { spreadKeyOf, taskPathOf } from '@carillon/core/job/task-for-job';
import type { WhyFacts } from '@carillon/core/why/why-facts';
import type pg from 'pg';
import {
  type CursorRow,
  KnownVersions,
  readStartedRuns,
  type StartedRun,
  takeDueCursors,
} from './expected-run-rows.js';
import { recheckMissed } from './missed-run-recheck.js';
import {
  type Amendment,
  answerUnknown,
  type CursorMove,
  growStretches,
  insertStretches,
  type MissedSignalRow,
  moveCursors,
  type PlacedStretch,
  signalMissed,
  writeUnknown,
} from './missed-run-writes.js';
import { NextFires } from './next-fires.js';
import { steadySince } from './watch-turn.js';
import { readWhyFacts } from './why-facts.js';

const cursorsPerBatch = 500;
const batchesPerTurn = 40;
const dayMs = 86_400_000;

interface Look {
  readonly row: CursorRow;
  readonly facts: CursorFacts;
  readonly due: DueLook;
}
interface Decided extends Look {
  readonly judged: JudgedLook;
  readonly stretches: readonly Stretch[];
}

/** Says what became of expected runs, and says it again where late evidence comes. */
export class ExpectedRuns {
  private readonly versions = new KnownVersions();
  private readonly next = new NextFires();

  /**
   * One turn in the caller's transaction; several servers may each do one at once.
   * @returns how many expected runs got a verdict
   */
  async turn(client: pg.PoolClient, nowMs: number): Promise<number> {
    const steadySinceMs = await steadySince(client, 'missed', nowMs);
    let verdicts = 0;
    for (let batch = 0; batch < batchesPerTurn; batch += 1) {
      const rows = await takeDueCursors(client, nowMs, cursorsPerBatch);
      verdicts += await this.judge(client, rows, { nowMs, steadySinceMs });
      if (rows.length < cursorsPerBatch) break;
    }
    await recheckMissed(client, this.versions, { nowMs, steadySinceMs });
    return verdicts;
  }

  private async judge(
    client: pg.PoolClient,
    rows: readonly CursorRow[],
    { nowMs, steadySinceMs }: { nowMs: number; steadySinceMs: number },
  ): Promise<number> {
    if (rows.length === 0) return 0;
    await this.versions.load(
      client,
      rows.flatMap(({ jobId, spans }) => spans.map(({ version }) => ({ jobId, version }))),
    );
    const looks = rows.map((row) => this.look(row, nowMs));
    const runs = await readStartedRuns(client, looks.flatMap(runRangeOf));
    const decided: Decided[] = [];
    for (const look of looks) {
      const own = (runs.get(`${look.row.hostId}/${look.row.jobId}`) ?? []).map(answeringRun);
      const due = firstDay(look.due, own);
      const facts = await this.factsOf(client, { ...look, due }, own, nowMs);
      const judged = judgeLook(due, own, facts, contactOf(look.row, steadySinceMs));
      decided.push({ ...look, due, judged, stretches: stretchesOf(judged.verdicts) });
    }
    await this.write(client, decided, nowMs);
    return decided.reduce((sum, { judged }) => sum + judged.verdicts.length, 0);
  }

  private look(row: CursorRow, nowMs: number): Look {
    const { checkedToMs, hostId, jobId, clockAheadMs } = row;
    const spans = this.versions.spansOf(row);
    const spreadKey = spreadKeyOf(hostId, jobId).spreadKey ?? '';
    const facts: CursorFacts = { nowMs, checkedToMs, spans, spreadKey, clockAheadMs, endMs: endOf(row, nowMs) };
    try {
      return { row, facts, due: dueFires(facts) };
    } catch {
      // A timetable that only a newer server can read: nothing is said of it, and the others do not wait for it.
      return { row, facts: { ...facts, spans: [] }, due: { fires: [], untilMs: checkedToMs, isMore: false } };
    }
  }

  /** Only where some fire has no plain answer; nothing is looked up for hosts that cannot have told anything. */
  private async factsOf(
    client: pg.PoolClient,
    { row, due }: Look,
    runs: ReturnType<typeof answeringRun>[],
    nowMs: number,
  ): Promise<WhyFacts | null> {
    const first = due.fires.find((fire) => !isAnswered(fire, runs));
    const last = due.fires.at(-1);
    if (!first || !last) return null;
    const found = await readWhyFacts(client, { id: row.jobId, taskPath: taskPathOf(row.jobName) }, row.hostId, {
      firstMs: first.atMs,
      lastMs: last.atMs,
      nowMs,
    });
    return registeredSince(found, row);
  }

  private async write(client: pg.PoolClient, decided: readonly Decided[], nowMs: number): Promise<void> {
    const open = await openStretches(client, decided);
    const inserts: (PlacedStretch & { readonly owner: Decided })[] = [];
    const grown: { id: string; lastMs: number; occurrences: number }[] = [];
    const kept = new Map<Decided, string>();
    for (const one of decided) {
      const { hostId, jobId, stretch } = one.row;
      for (const [index, each] of one.stretches.entries()) {
        const before = index === 0 && stretch !== null ? open.get(stretch) : undefined;
        if (before && one.judged.verdicts[0]?.[0] === each.first && isSameRow(before, each)) {
          grown.push({ id: before.id, lastMs: each.lastMs, occurrences: each.occurrences });
          kept.set(one, before.id);
        } else inserts.push({ ...each, hostId, jobId, owner: one });
      }
    }
    const ids = await insertStretches(client, inserts, nowMs);
    for (const [index, { owner }] of inserts.entries()) kept.set(owner, ids[index] ?? '');
    await growStretches(client, grown);
    await answerUnknown(client, decided.flatMap(answersOf), nowMs);
    await writeUnknown(client, decided.flatMap(unknownOf), nowMs);
    await signalMissed(client, inserts.flatMap(signalOf));
    await moveCursors(
      client,
      decided.map((one) => this.moveOf(one, kept.get(one) ?? null)),
    );
  }

  private moveOf({ row, facts, due, judged, stretches }: Decided, newest: string | null): CursorMove {
    const { verdicts, checkedToMs } = judged;
    // What is waited for ends nothing: the row goes on once it is known.
    const isUnbroken = verdicts.length === 0 ? true : stretches.at(-1)?.lastMs === verdicts.at(-1)?.[0].atMs;
    const stretch = verdicts.length === 0 ? row.stretch : isUnbroken ? newest : null;
    return {
      hostId: row.hostId,
      jobId: row.jobId,
      checkedToMs: Math.max(checkedToMs, row.checkedToMs),
      checkMs: this.checkMsOf(facts, due, judged),
      spans: spansLeft(row.spans, checkedToMs),
      stretch,
    };
  }

  private checkMsOf(facts: CursorFacts, due: DueLook, judged: JudgedLook): number | null {
    const isSoon = judged.waiting !== null || due.isMore || facts.endMs !== null;
    try {
      return isSoon ? nextLook(facts, due, judged) : this.next.lookAfter(facts, judged.checkedToMs);
    } catch {
      return null; // As above: looked at again when another version is registered.
    }
  }
}

/** Around the times to judge; runs that started before or later are found with the rest of the facts. */
function runRangeOf({ row, due }: Look) {
  const [first] = due.fires;
  const last = due.fires.at(-1);
  if (!first || !last) return [];
  return [{ hostId: row.hostId, jobId: row.jobId, fromMs: first.atMs - 60_000, toMs: last.atMs + 10 * 60_000 }];
}

/** Of a long row of fires only a day is judged at once, since facts are read for no more; the rest is looked at again. */
function firstDay(due: DueLook, runs: readonly ReturnType<typeof answeringRun>[]): DueLook {
  const first = due.fires.find((fire) => !isAnswered(fire, runs));
  const fires = first ? due.fires.filter(({ atMs }) => atMs <= first.atMs + dayMs) : due.fires;
  if (fires.length === due.fires.length) return due;
  return { fires, untilMs: fires.at(-1)?.atMs ?? due.untilMs, isMore: true };
}

/** Starts that came to nothing, and those that were let pass, are asked about in full. */
function answeringRun({ scheduledForMs, startedMs, state, attempts }: StartedRun) {
  return { scheduledForMs, startedMs, isPlain: state !== 'skipped' && !(state === 'failed' && attempts === 0) };
}

function contactOf({ connectedMs, clockAheadMs }: CursorRow, steadySinceMs: number): HostContact {
  return { connectedMs, clockAheadMs, steadySinceMs };
}

/** What is registered counts since it was, not since its row was last touched. */
export function registeredSince(facts: WhyFacts, { spans }: Pick<CursorRow, 'spans'>): WhyFacts {
  const last = spans.at(-1);
  const { assignment } = facts;
  if (!assignment || !last || assignment.appliedVersion === null) return facts;
  const { state } = assignment;
  const isOld = state === 'failed' || state === 'rejected';
  return {
    ...facts,
    assignment: { ...assignment, state: isOld ? 'applied' : state, updatedMs: spans[0]?.fromMs ?? last.fromMs },
  };
}

function endOf({ assignment, assignmentMs, isDeleted, hostState }: CursorRow, nowMs: number): number | null {
  if (hostState !== 'active') return 0;
  if (assignment === 'removing' || isDeleted) return Math.min(assignmentMs, nowMs) - 5 * 60_000;
  return null;
}

interface OpenStretch {
  readonly id: string;
  readonly verdict: string;
  readonly cause: string;
  readonly text: string;
  readonly runId: string | null;
  readonly version: number;
  readonly timezone: string;
}

async function openStretches(client: pg.PoolClient, decided: readonly Decided[]): Promise<Map<string, OpenStretch>> {
  const ids = decided.flatMap(({ row, stretches }) =>
    row.stretch !== null && stretches.length > 0 ? [row.stretch] : [],
  );
  if (ids.length === 0) return new Map();
  const result = await client.query<OpenStretch>(
    `SELECT id, verdict, cause, text, run_id AS "runId", version, timezone FROM missed_run
     WHERE id = ANY($1::bigint[]) AND amended_at IS NULL`,
    [ids],
  );
  return new Map(result.rows.map((row) => [row.id, row]));
}

function isSameRow(before: OpenStretch, { judged, first }: Stretch): boolean {
  const isSameWord = before.verdict === judged.verdict && before.cause === judged.cause;
  const isSameCase = judged.verdict === 'skipped' || (before.text === judged.text && before.runId === judged.runId);
  return isSameWord && isSameCase && before.version === first.version.version && before.timezone === first.timezone;
}

function answersOf({ row, judged }: Decided): Amendment[] {
  const [first] = judged.verdicts;
  if (!first) return [];
  const last = judged.verdicts.at(-1) ?? first;
  const [, { verdict, cause, text, figures, runId }] = first;
  const counts = new Map<string, number>();
  for (const [, each] of judged.verdicts) counts.set(each.verdict, (counts.get(each.verdict) ?? 0) + 1);
  const several = [...counts].map(([word, count]) => `${count} ${word.replace('_', ' ')}`).join(', ');
  const isOne = judged.verdicts.length === 1;
  return [
    {
      hostId: row.hostId,
      jobId: row.jobId,
      verdict,
      cause,
      text: isOne ? text : `${text} (of all that waited: ${several})`,
      figures: isOne ? figures : { ...figures, several },
      runId,
      toMs: last[0].atMs,
    },
  ];
}

function unknownOf({ row, due, judged: { waiting } }: Decided): PlacedStretch[] {
  if (waiting?.judged.verdict !== 'host_unknown') return [];
  const { fire, judged, left } = waiting;
  const lastMs = due.fires.at(-1)?.atMs ?? fire.atMs;
  return [{ hostId: row.hostId, jobId: row.jobId, judged, first: fire, lastMs, occurrences: left }];
}

function signalOf({ hostId, jobId, first, judged }: PlacedStretch): MissedSignalRow[] {
  return judged.verdict === 'missed' ? [{ hostId, jobId, fire: first, judged }] : [];
}
