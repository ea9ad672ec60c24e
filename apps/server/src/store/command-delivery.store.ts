import type { Body } from '@carillon/contract/agent/catalog';
import type { RepairOutcome } from '@carillon/core/desired/repair';
import type { CommandKind } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { signalTasks } from './alert-signals.js';
import { Database } from './database.store.js';
import { type FenceClaim, holdsFence } from './fence.js';
import { type Client, poolTransaction } from './pool-transaction.js';
import { unnest } from './unnest.js';

export interface ClaimedCommand extends FenceClaim {
  readonly id: string;
  readonly action: CommandKind;
  readonly text: string;
  readonly signature: string;
  /** Of the host's agent, as it last said. */
  readonly agentVersion: string;
}

/** Most commands that one claim takes. */
export const claimRows = 500;

/** Commands on their way to agents: claimed once, answered once. */
@Injectable()
export class CommandDeliveryStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Takes queued commands of hosts whose newest session is one of these. The conditional update is the claim: of two
   * gateways only one gets a row. Commands whose life ended are left for the sweep.
   */
  async claim(sessions: readonly FenceClaim[]): Promise<ClaimedCommand[]> {
    if (sessions.length === 0) return [];
    const batch = unnest(
      'x',
      { host_id: ['uuid', (row: FenceClaim) => row.hostId], fence: ['bigint', (row) => row.fence] },
      sessions,
    );
    const result = await this.database.pool.query<Omit<ClaimedCommand, 'fence'> & { fence: string }>(
      `UPDATE command c SET state = 'delivered', updated_at = now()
       FROM (SELECT q.id, x.fence, h.agent_version FROM command q
             JOIN host h ON h.id = q.host_id
             JOIN ${batch.sql} ON x.host_id = q.host_id
             JOIN agent_session s ON s.host_id = q.host_id AND s.fence = x.fence
             WHERE q.state = 'queued' AND q.expires_at > now()
             ORDER BY q.id LIMIT ${claimRows} FOR UPDATE OF q SKIP LOCKED) AS mine
       WHERE c.id = mine.id AND c.state = 'queued'
       RETURNING c.id, c.host_id AS "hostId", mine.fence, c.action, c.text, c.signature, mine.agent_version AS "agentVersion"`,
      batch.values,
    );
    return result.rows.map((row) => ({ ...row, fence: Number(row.fence) })).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Puts back claimed commands that certainly were not sent. */
  async putBack(ids: readonly string[]): Promise<void> {
    await this.database.pool.query(
      `UPDATE command SET state = 'queued', updated_at = now() WHERE id = ANY($1::uuid[]) AND state = 'delivered'`,
      [ids],
    );
  }

  /**
   * Notes the agent's answer. `done` is proof and always counts; `accepted` never undoes an end; an end that the
   * centre only assumed (`no_answer`) gives way to what the agent knows.
   * @returns false when a newer session of the host exists
   */
  answer(claim: FenceClaim, result: Body<'command.result'>): Promise<boolean> {
    return poolTransaction(this.database.pool, async (client) => {
      if (!(await holdsFence(client, claim))) return false;
      const { rows } = await client.query<{ jobId: string }>(
        `UPDATE command SET state = $3::command_state, code = $4, message = $5, run_id = coalesce($6, run_id), answer = coalesce($7, answer), updated_at = now()
         WHERE id = $1 AND host_id = $2 AND CASE $3::command_state
           WHEN 'done' THEN true
           WHEN 'accepted' THEN state IN ('queued', 'delivered') OR (state = 'indeterminate' AND code = 'no_answer')
           ELSE state IN ('queued', 'delivered', 'accepted') OR (state = 'indeterminate' AND code = 'no_answer') END
         RETURNING job_id AS "jobId"`,
        [
          result.commandId,
          claim.hostId,
          result.state,
          storable(result.code),
          storable(result.message),
          result.runId ?? null,
          storable(result.answer),
        ],
      );
      if (rows[0] && result.state === 'done' && result.code === asDefined)
        await settleDrift(client, { hostId: claim.hostId, jobId: rows[0].jobId });
      return true;
    });
  }
}

const asDefined = 'as_defined' satisfies RepairOutcome;

/** Its host has looked and says that a task is as it should be: what it told before, and has forgotten since, does not stand. */
async function settleDrift(client: Client, task: { hostId: string; jobId: string }): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE assignment SET state = 'applied', code = NULL, message = NULL, updated_at = now()
     WHERE host_id = $1 AND job_id = $2 AND state = 'drifted'`,
    [task.hostId, task.jobId],
  );
  if (rowCount) await signalTasks(client, [{ ...task, atMs: Date.now(), what: 'applied', drift: null, text: null }]);
}

/** A database takes no text with the sign 0 in it. */
function storable(text: string | undefined): string | null {
  return text?.replaceAll('\0', '\u2400') ?? null;
}
