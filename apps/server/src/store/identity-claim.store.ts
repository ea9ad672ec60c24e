import { type IdentityClaim, type IdentityVerdict, judgeIdentity } from '@carillon/core/host/identity-claim';
import { defaultPresence } from '@carillon/core/host/presence';
import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { noteChange } from './audit-act.js';
import { raiseCopy } from './copy-alarm.js';
import { Database } from './database.store.js';
import { poolTransaction } from './pool-transaction.js';

export interface Claimant {
  readonly hostId: string;
  readonly instance: string;
  readonly fingerprint: string;
  readonly hostname: string;
  /** That it comes from. */
  readonly address: string | null;
}

/** Replaced processes are remembered until so many newer ones came. */
const rememberedInstances = 20;

/** Which agent process may work with the identity of a host. */
@Injectable()
export class IdentityClaimStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Judges a process, alone among those of its host, and remembers what came of it. */
  claim(claimant: Claimant): Promise<IdentityVerdict> {
    return poolTransaction(this.database.pool, async (client) => {
      const facts = await factsOf(client, claimant);
      const verdict = judgeIdentity(facts);
      const refused = facts.seen === 'barred' ? 'barred' : 'quarantined';
      await remember(client, claimant, verdict.accept ? 'current' : refused);
      if (verdict.accept && verdict.reason !== 'same') await takeOver(client, claimant, verdict);
      const isNew = verdict.accept
        ? verdict.reason === 'returned'
        : facts.seen !== 'quarantined' && facts.seen !== 'barred';
      if (isNew) await tellCopy(client, claimant, verdict);
      return verdict;
    });
  }
}

/** A copy of a host was found out: it stands in the audit, and people are told. */
async function tellCopy(client: pg.PoolClient, claimant: Claimant, verdict: IdentityVerdict): Promise<void> {
  const { hostId, hostname, instance } = claimant;
  const copy = 'quarantines' in verdict ? verdict.quarantines : instance;
  await raiseCopy(client, hostId, copy, Date.now());
  noteChange({
    by: hostname,
    via: 'agent',
    kind: 'Host',
    act: 'quarantined',
    what: hostname,
    after: { host: hostId, instance: copy, reason: verdict.reason },
  });
}

interface FactRow {
  readonly current: string | null;
  readonly currentFingerprint: string;
  readonly isAlive: boolean;
  readonly seen: IdentityClaim['seen'] | null;
}

async function factsOf(client: pg.PoolClient, claimant: Claimant): Promise<IdentityClaim> {
  const { hostId, instance, fingerprint } = claimant;
  const result = await client.query<FactRow>(
    `SELECT s.instance AS current, h.fingerprint AS "currentFingerprint",
       CASE WHEN EXISTS (SELECT FROM agent_instance b WHERE b.host_id = s.host_id AND b.state = 'barred'
         AND (b.instance = $2 OR (b.fingerprint = $3 AND b.fingerprint <> h.fingerprint))) THEN 'barred' ELSE i.state END AS seen,
       s.gateway_id IS NOT NULL AND s.last_seen_at > now() - interval '${defaultPresence.offlineAfterMs} milliseconds' AS "isAlive"
     FROM agent_session s JOIN host h ON h.id = s.host_id
       LEFT JOIN agent_instance i ON i.host_id = s.host_id AND i.instance = $2
     WHERE s.host_id = $1 FOR NO KEY UPDATE OF s`,
    [hostId, instance, fingerprint],
  );
  const row = result.rows[0];
  const current =
    row && row.current !== null
      ? { instance: row.current, fingerprint: row.currentFingerprint, isAlive: row.isAlive }
      : null;
  return { instance, fingerprint, seen: row?.seen ?? 'never', current };
}

async function remember(client: pg.PoolClient, claimant: Claimant, state: string): Promise<void> {
  const { hostId, instance, fingerprint, hostname, address } = claimant;
  await client.query(
    `INSERT INTO agent_instance (host_id, instance, state, fingerprint, hostname, address) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (host_id, instance) DO UPDATE SET state = $3, fingerprint = $4, hostname = $5, address = $6, last_seen_at = now()`,
    [hostId, instance, state, fingerprint, hostname, address],
  );
}

async function takeOver(client: pg.PoolClient, claimant: Claimant, verdict: IdentityVerdict): Promise<void> {
  const { hostId, instance, fingerprint } = claimant;
  const quarantined = 'quarantines' in verdict ? verdict.quarantines : null;
  await client.query(
    `UPDATE agent_instance SET state = CASE WHEN instance = $3 THEN 'quarantined' ELSE 'replaced' END,
       last_seen_at = CASE WHEN instance = $3 THEN now() ELSE last_seen_at END
     WHERE host_id = $1 AND instance <> $2 AND state = 'current'`,
    [hostId, instance, quarantined],
  );
  await client.query('UPDATE agent_session SET instance = $2 WHERE host_id = $1', [hostId, instance]);
  await client.query('UPDATE host SET fingerprint = $2 WHERE id = $1 AND fingerprint <> $2', [hostId, fingerprint]);
  await client.query(
    `DELETE FROM agent_instance WHERE host_id = $1 AND state = 'replaced' AND instance NOT IN (
       SELECT instance FROM agent_instance WHERE host_id = $1 AND state = 'replaced'
       ORDER BY last_seen_at DESC LIMIT ${rememberedInstances})`,
    [hostId],
  );
}
