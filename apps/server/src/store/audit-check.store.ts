import { type ChainHead, type ChainPlace, chainStart } from '@carillon/core/audit/chain';
import {
  afterTurn,
  type CheckedPage,
  findInChain,
  isWatchNews,
  looksAgain,
  missingEnd,
  type WatchProblem,
  watchReason,
  watchRows,
} from '@carillon/core/audit/chain-watch';
import { Inject, Injectable } from '@nestjs/common';
import { signalSystem } from './alert-signals.js';
import type { LinkRow } from './audit.store.js';
import { Database } from './database.store.js';
import { type Client, poolTransaction } from './pool-transaction.js';

interface CheckRow {
  readonly newest: ChainPlace;
  readonly again: ChainPlace;
  readonly againAt: Date;
  readonly problem: WatchProblem | null;
}

export interface CheckTurn {
  /** There is more to check at once. */
  readonly more: boolean;
  /** Up to where the chain holds: to be kept apart from the database. */
  readonly head: ChainHead;
  /** What does not fit, and whether that is news. */
  readonly problem: WatchProblem | null;
  readonly isNews: boolean;
}

const part = 'audit:chain';

/** How far the chain of the audit was checked; the servers share the turns. */
@Injectable()
export class AuditCheckStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Checks rows that nobody has looked at yet, or, when there are none, some of the older ones again.
   * @param kept an end of the chain that the caller knows from elsewhere
   * @param isAccepted whoever runs the servers took the chain as it is: what was cut off or written anew is no problem any more
   * @returns null when another server is at it
   */
  async turn(kept: ChainHead | null, isAccepted: boolean, nowMs: number): Promise<CheckTurn | null> {
    const start = JSON.stringify(chainStart);
    await this.database.pool.query(
      'INSERT INTO audit_check (newest, again, again_at) VALUES ($1, $1, $2) ON CONFLICT DO NOTHING',
      [start, new Date(nowMs)],
    );
    return poolTransaction(this.database.pool, async (client) => {
      const { rows } = await client.query<CheckRow>(
        `SELECT newest, again, again_at AS "againAt", problem FROM audit_check FOR UPDATE SKIP LOCKED`,
      );
      const [row] = rows;
      return row ? look(client, row, isAccepted, kept, nowMs) : null;
    });
  }

  /** Up to where the chain was checked; null while something does not fit. */
  async soundHead(): Promise<ChainHead | null> {
    const { rows } = await this.database.pool.query<Pick<CheckRow, 'newest'>>(
      'SELECT newest FROM audit_check WHERE problem IS NULL',
    );
    return rows[0]?.newest.head ?? null;
  }

  /** @returns undefined when there is no such row */
  hashOf(seq: number): Promise<string | null | undefined> {
    return hashOf(this.database.pool, seq);
  }

  /** Somebody keeps an end that is not in the chain. @returns whether that is news */
  miss(problem: WatchProblem, nowMs: number): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      const { rowCount } = await client.query('UPDATE audit_check SET problem = $1 WHERE problem IS NULL', [
        JSON.stringify(problem),
      ]);
      if (!rowCount) return false;
      const { code, text } = watchReason(problem);
      await signalSystem(client, { atMs: nowMs, part, ok: false, code, text });
      return true;
    });
  }

  /** @returns what does not fit; null where all that was looked at does */
  async problem(): Promise<WatchProblem | null> {
    const { rows } = await this.database.pool.query<Pick<CheckRow, 'problem'>>('SELECT problem FROM audit_check');
    return rows[0]?.problem ?? null;
  }
}

async function look(
  client: Client,
  row: CheckRow,
  isAccepted: boolean,
  kept: ChainHead | null,
  nowMs: number,
): Promise<CheckTurn> {
  const hash = kept ? await hashOf(client, kept.seq) : undefined;
  const missing = missingEnd({ kept, hash, known: row.problem, isAccepted });
  const newest = await page(client, row.newest);
  const state = { ...row, againAtMs: row.againAt.getTime() };
  const again = looksAgain(state, newest.count, nowMs) ? await page(client, row.again) : null;
  const after = afterTurn(state, { missing, newest, again }, nowMs);
  const { problem } = after;
  await client.query('UPDATE audit_check SET newest = $1, again = $2, again_at = $3, problem = $4', [
    JSON.stringify(after.newest),
    JSON.stringify(after.again),
    new Date(after.againAtMs),
    problem && JSON.stringify(problem),
  ]);
  const isNews = isWatchNews(row.problem, problem);
  if (isNews) {
    const { code, text } = watchReason(problem);
    await signalSystem(client, { atMs: nowMs, part, ok: problem === null, code, text });
  }
  const more = newest.problem === null && newest.count === watchRows;
  return { more, head: newest.place.head, problem, isNews };
}

async function page(client: Client, place: ChainPlace): Promise<CheckedPage> {
  const { rows } = await client.query<LinkRow>(
    'SELECT seq::float8 AS seq, at, hash, body FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2',
    [place.head.seq, watchRows],
  );
  const found = findInChain(
    place,
    rows.map((row) => ({ ...row, at: row.at.toISOString() })),
  );
  if ('problem' in found) return { place, problem: found.problem, count: rows.length };
  return { place: found.place, problem: null, count: rows.length };
}

async function hashOf(client: Pick<Client, 'query'>, seq: number): Promise<string | null | undefined> {
  const { rows } = await client.query<{ hash: string | null }>('SELECT hash FROM audit_entry WHERE seq = $1', [seq]);
  return rows[0]?.hash;
}
