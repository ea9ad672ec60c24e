import type { TicketProblem } from '@carillon/core/alert/ticket/ticket-link';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { heard } from './ticket-link.store.js';

/** How far a system was asked for changes. */
export interface TicketTurn {
  /** Null: never yet. */
  readonly askedMs: number | null;
  readonly problem: TicketProblem | null;
}

/** What a refusal of everything is called; any other problem is that of one ticket. */
const refusals: readonly string[] = ['http_401', 'no_secret'];

/** Ticket systems as a whole: what is asked of all their tickets at once, and what is wrong with all of them. */
@Injectable()
export class TicketSystemStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Whose turn it is to ask for changes; one server at a time. @returns null when it is not yet time */
  async claim(integration: string, nowMs: number, leaseMs: number): Promise<TicketTurn | null> {
    const { rows } = await this.database.pool.query<{ askedAt: Date | null; problem: TicketProblem | null }>(
      `INSERT INTO ticket_system AS s (integration, due_at) VALUES ($1, $3)
       ON CONFLICT (integration) DO UPDATE SET due_at = $3 WHERE s.due_at <= $2
       RETURNING asked_at AS "askedAt", problem`,
      [integration, new Date(nowMs), new Date(nowMs + leaseMs)],
    );
    const [row] = rows;
    return row ? { askedMs: row.askedAt?.getTime() ?? null, problem: row.problem } : null;
  }

  /** Everything that changed before `askedMs` was heard; null: nothing more than before. */
  async asked(integration: string, askedMs: number | null, dueMs: number): Promise<void> {
    await this.database.pool.query(
      'UPDATE ticket_system SET asked_at = coalesce($2, asked_at), due_at = $3 WHERE integration = $1',
      [integration, askedMs === null ? null : new Date(askedMs), new Date(dueMs)],
    );
  }

  /** When the next system is asked, of those that are there; null: none is. Epoch milliseconds. */
  async nextDueMs(integrations: readonly string[]): Promise<number | null> {
    const { rows } = await this.database.pool.query<{ at: Date | null }>(
      'SELECT min(due_at) AS at FROM ticket_system WHERE integration = ANY($1)',
      [integrations],
    );
    return rows[0]?.at?.getTime() ?? null;
  }

  /** Whether it has tickets of ours. */
  async hasTickets(integration: string): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ has: boolean }>(
      'SELECT EXISTS (SELECT FROM ticket_link WHERE integration = $1 AND remote_id IS NOT NULL) AS has',
      [integration],
    );
    return rows[0]?.has ?? false;
  }

  /** Tickets that changed since they were read are due to be read. @returns how many there are */
  async hearChanges(
    integration: string,
    changed: readonly { readonly id: string; readonly updated: string }[],
    nowMs: number,
  ): Promise<number> {
    if (changed.length === 0) return 0;
    const result = await this.database.pool.query(
      `UPDATE ticket_link l SET ${heard('$4')}
       FROM (SELECT DISTINCT ON (id) id, updated FROM unnest($2::text[], $3::text[]) AS x (id, updated)) x
       WHERE l.integration = $1 AND l.remote_id = x.id AND l.link->'remote'->>'updated' IS DISTINCT FROM x.updated`,
      [integration, changed.map(({ id }) => id), changed.map(({ updated }) => updated), new Date(nowMs)],
    );
    return result.rowCount ?? 0;
  }

  /** One ticket has news, whatever they are. @param names id, key or number of it @returns whether it is one of ours */
  async hear(integration: string, names: readonly string[], nowMs: number): Promise<boolean> {
    const result = await this.database.pool.query(
      `UPDATE ticket_link SET ${heard('$3')}
       WHERE integration = $1 AND (remote_id = ANY($2) OR key = ANY($2))`,
      [integration, names, new Date(nowMs)],
    );
    return (result.rowCount ?? 0) > 0;
  }

  /** @returns whether this delivery came for the first time */
  async isNewDelivery(integration: string, delivery: string, nowMs: number): Promise<boolean> {
    const result = await this.database.pool.query(
      'INSERT INTO ticket_delivery (integration, delivery, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [integration, delivery, new Date(nowMs)],
    );
    return result.rowCount === 1;
  }

  /** Why all of it is refused; null: it is not. */
  async refusalOf(integration: string): Promise<TicketProblem | null> {
    const { rows } = await this.database.pool.query<{ problem: TicketProblem | null }>(
      `SELECT problem FROM ticket_system WHERE integration = $1 AND problem->'reason'->>'code' = ANY($2)`,
      [integration, refusals],
    );
    return rows[0]?.problem ?? null;
  }

  /** Something that only a person can mend. @param problem of one ticket, or of the whole system, which is told once */
  async refuse(integration: string, problem: TicketProblem, nowMs: number, isWhole = false): Promise<void> {
    const { code, text } = problem.reason;
    if (isWhole || refusals.includes(code)) {
      const known = await this.database.pool.query(
        `INSERT INTO ticket_system AS s (integration, due_at, problem) VALUES ($1, $2, $3)
         ON CONFLICT (integration) DO UPDATE SET problem = $3 WHERE s.problem IS DISTINCT FROM $3::jsonb`,
        [integration, new Date(nowMs), JSON.stringify(problem)],
      );
      if (known.rowCount === 0) return;
    }
    await this.database.pool.query(`INSERT INTO alert_signal (kind, at, data) VALUES ('system', $1, $2)`, [
      new Date(nowMs),
      JSON.stringify({ part: `channel:${integration}`, ok: false, code, text: `channel ${integration}: ${text}` }),
    ]);
  }

  /** It answers again, though nobody changed anything here: what it refused goes on. */
  async mended(integration: string, nowMs: number): Promise<void> {
    const values = [integration, new Date(nowMs), refusals];
    await this.database.pool.query(
      `WITH whole AS (UPDATE ticket_system SET problem = NULL WHERE integration = $1)
       UPDATE ticket_link SET due_at = $2, link = jsonb_set(link, '{problem}', 'null')
       WHERE integration = $1 AND link->'problem'->'reason'->>'code' = ANY($3)`,
      values,
    );
  }

  /** It is set up otherwise than when something was wrong: what stopped then goes on. */
  async goOn(integration: string, settings: string, nowMs: number): Promise<void> {
    const values = [integration, settings, new Date(nowMs)];
    await this.database.pool.query(
      `UPDATE ticket_link SET due_at = $3 WHERE integration = $1 AND due_at IS NULL
         AND jsonb_typeof(link->'problem') = 'object' AND link->'problem'->>'settings' <> $2`,
      values,
    );
    await this.database.pool.query(
      `UPDATE ticket_system SET problem = NULL, due_at = $3
       WHERE integration = $1 AND problem IS NOT NULL AND problem->>'settings' <> $2`,
      values,
    );
  }

  /** What was told to be wrong with a channel, and is not any more, is over. */
  async tellRecovered(integrations: readonly string[], nowMs: number): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO alert_signal (kind, at, data)
       SELECT 'system', $2, jsonb_build_object('part', a.what, 'ok', true, 'code', 'works', 'text', 'the ticket system works')
       FROM alert a
       WHERE a.policy = 'system' AND a.state IN ('firing', 'acked') AND a.what = ANY($1)
         AND NOT EXISTS (SELECT FROM ticket_link l WHERE 'channel:' || l.integration = a.what
           AND jsonb_typeof(l.link->'problem') = 'object')
         AND NOT EXISTS (SELECT FROM ticket_system s WHERE 'channel:' || s.integration = a.what AND s.problem IS NOT NULL)`,
      [integrations.map((name) => `channel:${name}`), new Date(nowMs)],
    );
  }
}
