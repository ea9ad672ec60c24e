import { afterAttempt, type Breaker, closedBreaker, mayTry } from '@carillon/core/alert/deliver/breaker';
import { type ForwardTarget, forwardNews, forwardRows } from '@carillon/core/audit/forward';
import { Inject, Injectable } from '@nestjs/common';
import { signalSystem } from './alert-signals.js';
import type { LinkRow } from './audit.store.js';
import { Database } from './database.store.js';
import { type Client, poolTransaction } from './pool-transaction.js';
import { currentReach } from './reach.js';

/** What an attempt did: rows up to that number are there, or what went wrong. */
export type Forwarded = { readonly seq: number } | { readonly fault: string };

export interface ForwardTurn {
  /** More rows wait, and they can be sent at once. */
  readonly more: boolean;
  /** Not before then, in epoch milliseconds. */
  readonly wakeMs: number | null;
  /** There is news about the target for whoever watches. */
  readonly isNews: boolean;
}

/** How a target is, as people and monitoring see it. */
export interface ForwardFigures {
  readonly target: ForwardTarget;
  /** Rows that were not sent. */
  readonly waiting: number;
  /** Time of the oldest of them; null: all were. */
  readonly oldestAt: Date | null;
  readonly lateSince: Date | null;
  readonly fault: string | null;
}

interface TargetRow {
  readonly seq: number;
  readonly progressAt: Date;
  readonly breaker: Breaker;
  readonly fault: string | null;
  readonly lateSince: Date | null;
}

/** Longer than any attempt. A server that is cut off from the database in the middle lets go after it. */
const holdsMs = 60_000;
const seenEveryMs = 60_000;
const nothing: ForwardTurn = { more: false, wakeMs: null, isNews: false };
const partOf = (target: string) => `audit:${target}`;

/** How far the audit has gone to each target. A place in the chain is all it takes, since rows are committed in their order. */
@Injectable()
export class AuditTargetStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Sends what comes next, unless another server is at it. The target's row stays locked until the end is known: of several
   * servers one sends, and when it dies, what it did not note is sent again by the next.
   * @param send rows oldest first; never throws
   */
  async turn(
    target: ForwardTarget,
    nowMs: number,
    send: (rows: readonly LinkRow[]) => Promise<Forwarded>,
  ): Promise<ForwardTurn> {
    const now = new Date(nowMs);
    // Does not wait for whoever holds the row.
    await this.database.pool.query(
      `INSERT INTO audit_target (name, progress_at, seen_at, breaker) VALUES ($1, $2, $2, $3) ON CONFLICT DO NOTHING`,
      [target, now, JSON.stringify(closedBreaker)],
    );
    return poolTransaction(this.database.pool, async (client) => {
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${holdsMs}`);
      const held = await hold(client, target);
      if (!held) return nothing;
      await client.query(
        `UPDATE audit_target SET seen_at = $2 WHERE name = $1 AND seen_at < $2::timestamptz - $3 * interval '1 millisecond'`,
        [target, now, seenEveryMs],
      );
      if (!mayTry(held.breaker, nowMs)) return { ...nothing, wakeMs: held.breaker.openUntilMs };
      const rows = await rowsAfter(client, held.seq);
      if (rows.length === 0) return { ...nothing, isNews: await judge(client, target, held, null, nowMs) };
      return settle(client, target, held, rows, await send(rows), nowMs);
    });
  }

  /** What is not sent anywhere any more is not late. @param targets those that are */
  async endOthers(targets: readonly ForwardTarget[], nowMs: number): Promise<void> {
    await poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `UPDATE audit_target SET late_since = NULL WHERE late_since IS NOT NULL AND NOT name = ANY($1)
           AND seen_at < $2::timestamptz - interval '5 minutes' RETURNING name`,
        [targets, new Date(nowMs)],
      );
      const text = 'rows of the audit are not to be sent there any more';
      for (const { name } of rows)
        await signalSystem(client, { atMs: nowMs, part: partOf(name), ok: true, code: 'audit_forward_off', text });
    });
  }

  /** Of targets that some server has in its configuration; of none for who may not see everything. */
  async figures(): Promise<ForwardFigures[]> {
    if (currentReach()) return [];
    const { rows } = await this.database.pool.query<ForwardFigures>(
      `SELECT t.name AS target, greatest(0, h.seq - t.seq)::float8 AS waiting, o.at AS "oldestAt", t.late_since AS "lateSince", t.fault
       FROM audit_target t, (SELECT coalesce(max(seq), 0) AS seq FROM audit_entry) h,
         LATERAL (SELECT (SELECT e.at FROM audit_entry e WHERE e.seq > t.seq ORDER BY e.seq LIMIT 1) AS at) o
       WHERE t.seen_at > now() - interval '5 minutes' ORDER BY t.name`,
    );
    return rows;
  }
}

async function hold(client: Client, target: ForwardTarget): Promise<TargetRow | undefined> {
  const { rows } = await client.query<TargetRow>(
    `SELECT seq::float8 AS seq, progress_at AS "progressAt", breaker, fault, late_since AS "lateSince"
     FROM audit_target WHERE name = $1 FOR UPDATE SKIP LOCKED`,
    [target],
  );
  return rows[0];
}

async function rowsAfter(client: Client, seq: number): Promise<LinkRow[]> {
  const { rows } = await client.query<LinkRow>(
    'SELECT seq::float8 AS seq, at, hash, body FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2',
    [seq, forwardRows + 1],
  );
  return rows;
}

async function settle(
  client: Client,
  target: ForwardTarget,
  held: TargetRow,
  rows: readonly LinkRow[],
  done: Forwarded,
  nowMs: number,
): Promise<ForwardTurn> {
  const sent = 'seq' in done;
  const breaker = afterAttempt(held.breaker, sent, nowMs);
  const after: TargetRow = sent
    ? { ...held, breaker, seq: done.seq, progressAt: new Date(nowMs), fault: null }
    : { ...held, breaker, fault: done.fault };
  await client.query('UPDATE audit_target SET seq = $2, progress_at = $3, breaker = $4, fault = $5 WHERE name = $1', [
    target,
    after.seq,
    after.progressAt,
    JSON.stringify(breaker),
    after.fault,
  ]);
  const oldest = rows.find(({ seq }) => seq > after.seq);
  const isNews = await judge(client, target, after, oldest?.at ?? null, nowMs);
  return { more: sent && oldest !== undefined, wakeMs: breaker.openUntilMs, isNews };
}

/** Tells that a target is late, and that it is not any more: once each, with what is noted of it. */
async function judge(
  client: Client,
  target: ForwardTarget,
  { progressAt, lateSince, fault }: TargetRow,
  oldestAt: Date | null,
  nowMs: number,
): Promise<boolean> {
  const times = { oldestMs: oldestAt?.getTime() ?? null, progressMs: progressAt.getTime() };
  const news = forwardNews({ target, ...times, lateSinceMs: lateSince?.getTime() ?? null, fault }, nowMs);
  if (!news) return false;
  const isLate = news.kind === 'late';
  await client.query('UPDATE audit_target SET late_since = $2 WHERE name = $1', [
    target,
    isLate ? new Date(nowMs) : null,
  ]);
  const { code, text } = news.reason;
  await signalSystem(client, { atMs: nowMs, part: partOf(target), ok: !isLate, code, text });
  return true;
}
