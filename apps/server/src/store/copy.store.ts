import { defaultConcernRules } from '@carillon/core/host/concerns';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { settleCopy } from './copy-alarm.js';
import { Database, type Transaction } from './database.store.js';

interface CopyRow {
  readonly instance: string;
  readonly state: 'current' | 'quarantined' | 'barred';
  readonly hostname: string;
  readonly machine: string;
  readonly lastSeenAt: Date;
}

/** Agents that came with the identity of one host, as people see them. */
@Injectable()
export class CopyStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** The one that is the host, and those that are shut out; none where there is no other. */
  async ofHost(hostId: string): Promise<CopyRow[]> {
    const { rows } = await this.database.pool.query<CopyRow>(
      `SELECT instance, state, hostname, left(fingerprint, 8) AS machine, last_seen_at AS "lastSeenAt"
       FROM agent_instance WHERE host_id = $1 AND (state IN ('current', 'barred') OR (state = 'quarantined'
         AND last_seen_at > now() - interval '${defaultConcernRules.copyShownMs} milliseconds'))
       ORDER BY state, last_seen_at DESC LIMIT 50`,
      [hostId],
    );
    return rows.some(({ state }) => state !== 'current') ? rows : [];
  }

  /**
   * This one is the host from now on, and the other ones are shut out for good. Where it was shut out before, the fence goes up,
   * so that nothing of what the other one still sends is counted.
   * @returns what it calls itself; null when there is no such copy
   */
  keep(hostId: string, host: string, instance: string): Promise<string | null> {
    return this.database.transaction(async (tx) => {
      await tx.$queryRaw`SELECT host_id FROM agent_session WHERE host_id = ${hostId}::uuid FOR UPDATE`;
      const confirmed = await confirm(tx, hostId, instance);
      if (confirmed !== null) {
        noteKept({ hostId, host, instance, hostname: confirmed });
        await settleCopy(tx, host, confirmed);
        return confirmed;
      }
      const [kept] = await tx.$queryRaw<{ hostname: string; fingerprint: string }[]>`
        UPDATE agent_instance SET state = 'current' WHERE host_id = ${hostId}::uuid AND instance = ${instance}::uuid
          AND state IN ('quarantined', 'barred') RETURNING hostname, fingerprint`;
      if (!kept) return null;
      await tx.$executeRaw`
        UPDATE agent_instance SET state = 'barred', last_seen_at = now()
        WHERE host_id = ${hostId}::uuid AND instance <> ${instance}::uuid AND state IN ('current', 'replaced')`;
      await tx.$executeRaw`
        UPDATE agent_session SET instance = ${instance}::uuid, fence = fence + 1, gateway_id = NULL WHERE host_id = ${hostId}::uuid`;
      await tx.$executeRaw`UPDATE host SET fingerprint = ${kept.fingerprint} WHERE id = ${hostId}::uuid`;
      noteKept({ hostId, host, instance, hostname: kept.hostname });
      await settleCopy(tx, host, kept.hostname);
      return kept.hostname;
    });
  }
}

/** The one that works as the host is the host. @returns what it calls itself; null where another one does, or no copy is shut out */
async function confirm(tx: Transaction, hostId: string, instance: string): Promise<string | null> {
  const [current] = await tx.$queryRaw<{ hostname: string }[]>`
    SELECT hostname FROM agent_instance WHERE host_id = ${hostId}::uuid AND instance = ${instance}::uuid AND state = 'current'`;
  if (!current) return null;
  const barred = await tx.$executeRaw`
    UPDATE agent_instance SET state = 'barred' WHERE host_id = ${hostId}::uuid AND state = 'quarantined'`;
  return barred > 0 ? current.hostname : null;
}

function noteKept({
  hostId,
  host,
  ...kept
}: {
  hostId: string;
  host: string;
  instance: string;
  hostname: string;
}): void {
  noteChange({ kind: 'Host', act: 'kept one of two', what: host, after: { host: hostId, ...kept } });
}
