import type { Body } from '@carillon/contract/agent/catalog';
import { defaultPresence } from '@carillon/core/host/presence';
import type { HostState } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import type { FenceClaim } from './fence.js';
import { unnest } from './unnest.js';

type HostFacts = Body<'hello'>['facts'];

/** Older agents keep nothing that is acked, and do not say `kept`. */
type HelloSpool = Body<'hello'>['spool'] & { readonly kept?: number | undefined };

export interface KnownAgent {
  readonly hostId: string;
  readonly name: string;
  readonly state: HostState;
  readonly publicKey: string;
  /** The key that it offered in the place of its own; taken when it signs in with it. */
  readonly keyOffered: string | null;
  readonly fingerprint: string;
  /** What the host last said of itself. */
  readonly facts: Omit<HostFacts, 'hostname' | 'fingerprint' | 'codePage'> & { readonly codePage: number | null };
  /** The agent process that had the session last; null where none told. */
  readonly instance: string | null;
  /** It was not heard of for so long that its absence is worth a word. */
  readonly wasAbsent: boolean;
}

export interface OpenedSession {
  readonly fence: number;
  readonly epoch: number;
  readonly ackedSeq: number;
  readonly desired: { readonly rev: number; readonly hash: string };
}

export interface SeenHost extends FenceClaim {
  /** How long ago its last frame came; both clocks stay out of it. */
  readonly agoMs: number;
  /** From its last heartbeat; null when none came since the last flush. */
  readonly spoolWaiting: number | null;
  readonly observedHash: string | null;
  /** From its last heartbeat; null when none came, or it does not say. */
  readonly clockAheadMs: number | null;
  readonly disk: { readonly spoolBytes: number; readonly freeBytes: number; readonly problem: string | null } | null;
  /** From its last heartbeat; null when none came, or it does not say. */
  readonly load: NonNullable<Body<'agent.heartbeat'>['load']> | null;
}

/** Sessions of agents: who holds which host's socket, and the fence by which the newest wins. */
@Injectable()
export class SessionStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async find(hostId: string): Promise<KnownAgent | null> {
    const result = await this.database.pool.query<KnownAgent>(
      `SELECT h.id AS "hostId", h.name, h.state, h.public_key AS "publicKey", h.key_offered AS "keyOffered", h.fingerprint,
         json_build_object('os', h.os, 'timezone', h.timezone, 'agentVersion', h.agent_version, 'scheduler', h.scheduler,
           'capabilities', h.capabilities, 'codePage', h.code_page) AS facts, s.instance,
         coalesce(s.last_seen_at < now() - $2 * interval '1 millisecond', false) AS "wasAbsent"
       FROM host h LEFT JOIN agent_session s ON s.host_id = h.id WHERE h.id = $1`,
      [hostId, defaultPresence.offlineAfterMs],
    );
    return result.rows[0] ?? null;
  }

  /**
   * Takes the next fence. An epoch above ours begins where the agent's spool begins; events that the agent can no longer
   * send are never waited for, even if a restored database does not have them.
   * @param onlyFor the process that must still be the one that had the session last; null: whoever had it
   * @returns null when the host may not connect any more, or another process took over
   */
  async open(
    hostId: string,
    gatewayId: string,
    spool: HelloSpool,
    onlyFor: string | null = null,
  ): Promise<OpenedSession | null> {
    const result = await this.database.pool.query<
      Record<'fence' | 'acked' | 'rev' | 'hash', string> & { epoch: number }
    >(
      `UPDATE agent_session s SET
         fence = s.fence + 1, gateway_id = $2, connected_at = now(), last_seen_at = now(), spool_waiting = $5::bigint - $4::bigint,
         acked_seq = CASE WHEN $3 > s.epoch THEN $6::bigint - 1 WHEN $3 = s.epoch THEN greatest(s.acked_seq, $6::bigint - 1) ELSE s.acked_seq END,
         epoch = greatest(s.epoch, $3)
       FROM host h WHERE h.id = s.host_id AND h.state IN ('active', 'pending', 'decommissioning') AND s.host_id = $1 AND ($7::uuid IS NULL OR s.instance = $7)
       RETURNING s.fence, s.epoch, s.acked_seq AS acked, h.desired_rev AS rev, h.desired_hash AS hash`,
      [hostId, gatewayId, spool.epoch, spool.first, Math.max(spool.first, spool.next), firstToSend(spool), onlyFor],
    );
    const row = result.rows[0];
    if (!row) return null;
    const desired = { rev: Number(row.rev), hash: row.hash };
    return { fence: Number(row.fence), epoch: row.epoch, ackedSeq: Number(row.acked), desired };
  }

  /**
   * The host was told of a revision that this database does not know: it was restored from a backup. What is desired
   * goes on above it, since hosts take no lower one.
   * @returns the host's new point
   */
  async goAbove(hostId: string, rev: number): Promise<OpenedSession['desired'] | null> {
    const result = await this.database.pool.query<{ rev: string; hash: string }>(
      `UPDATE host SET desired_rev = greatest(desired_rev, $2::bigint + 1) WHERE id = $1
       RETURNING desired_rev AS rev, desired_hash AS hash`,
      [hostId, rev],
    );
    const row = result.rows[0];
    return row ? { rev: Number(row.rev), hash: row.hash } : null;
  }

  async statesOf(hostIds: readonly string[]): Promise<Map<string, HostState>> {
    const { rows } = await this.database.pool.query<{ id: string; state: HostState }>(
      'SELECT id, state FROM host WHERE id = ANY($1::uuid[])',
      [hostIds],
    );
    return new Map(rows.map(({ id, state }) => [id, state]));
  }

  /** A host is back: notes since when it had not been heard from, where that is worth a word. Before its session opens. */
  async noteAbsence(hostId: string): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO host_absence (host_id, from_at, to_at)
       SELECT host_id, last_seen_at, now() FROM agent_session
       WHERE host_id = $1 AND last_seen_at < now() - $2 * interval '1 millisecond' ON CONFLICT DO NOTHING`,
      [hostId, defaultPresence.offlineAfterMs],
    );
  }

  /**
   * Notes what changed about the machine; the row is left alone when nothing did.
   * @returns whether the agent can do other things than before
   */
  async recordFacts(hostId: string, facts: HostFacts): Promise<boolean> {
    const result = await this.database.pool.query<{ canOther: boolean }>(
      `UPDATE host h SET os = $2, timezone = $3, agent_version = $4, scheduler = $5, capabilities = $6, code_page = $7
       FROM (SELECT capabilities FROM host WHERE id = $1) AS before
       WHERE h.id = $1
         AND (h.os, h.timezone, h.agent_version, h.scheduler, h.capabilities, h.code_page)
           IS DISTINCT FROM ($2, $3, $4, $5, $6::text[], $7::int)
       RETURNING before.capabilities IS DISTINCT FROM h.capabilities AS "canOther"`,
      [
        hostId,
        facts.os,
        facts.timezone,
        facts.agentVersion,
        facts.scheduler,
        facts.capabilities,
        facts.codePage ?? null,
      ],
    );
    return result.rows[0]?.canOther ?? false;
  }

  /** What the host should have now; null when there is no such host. */
  async desiredOf(hostId: string): Promise<OpenedSession['desired'] | null> {
    const result = await this.database.pool.query<Record<'rev' | 'hash', string>>(
      'SELECT desired_rev AS rev, desired_hash AS hash FROM host WHERE id = $1',
      [hostId],
    );
    const [row] = result.rows;
    return row ? { rev: Number(row.rev), hash: row.hash } : null;
  }

  /**
   * Notes who was heard of, all hosts in one statement. A job that is gone from a host whose registered state equals
   * the desired one needs no further word from the agent: its `removing` row goes.
   * @returns hosts whose session is no longer the newest
   */
  async seen(gatewayId: string, hosts: readonly SeenHost[]): Promise<string[]> {
    const batch = unnest(
      'x',
      {
        host_id: ['uuid', (row: SeenHost) => row.hostId],
        fence: ['bigint', (row) => row.fence],
        ago_ms: ['bigint', (row) => row.agoMs],
        waiting: ['int', (row) => row.spoolWaiting],
        observed: ['text', (row) => row.observedHash],
        ahead: ['bigint', (row) => row.clockAheadMs],
        told_disk: ['bool', (row) => row.disk !== null],
        spool_bytes: ['bigint', (row) => row.disk?.spoolBytes ?? null],
        free_bytes: ['bigint', (row) => row.disk?.freeBytes ?? null],
        cpu: ['smallint', (row) => row.load?.cpuPercent ?? null],
        memory: ['smallint', (row) => row.load?.memoryPercent ?? null],
        fullest: ['smallint', (row) => fullestDisk(row.load)],
        disks: ['jsonb', (row) => (row.load ? JSON.stringify(row.load.disks) : null)],
        problem: ['text', (row) => row.disk?.problem?.replaceAll('\0', '\u2400') ?? null],
      },
      hosts,
    );
    const result = await this.database.pool.query<{ host_id: string }>(
      `WITH x AS (SELECT * FROM ${batch.sql}),
       held AS (
         UPDATE agent_session s SET last_seen_at = now() - x.ago_ms * interval '1 millisecond', gateway_id = $${batch.values.length + 1},
           spool_waiting = coalesce(x.waiting, s.spool_waiting), spool_bytes = coalesce(x.spool_bytes, s.spool_bytes),
           clock_ahead_ms = coalesce(x.ahead, s.clock_ahead_ms), disk_free_bytes = coalesce(x.free_bytes, s.disk_free_bytes),
           cpu_percent = coalesce(x.cpu, s.cpu_percent), memory_percent = coalesce(x.memory, s.memory_percent),
           disk_percent = coalesce(x.fullest, s.disk_percent), disks = coalesce(x.disks, s.disks),
           load_at = CASE WHEN x.memory IS NULL THEN s.load_at ELSE now() - x.ago_ms * interval '1 millisecond' END,
           disk_problem = CASE WHEN x.told_disk THEN x.problem ELSE s.disk_problem END
         FROM x WHERE s.host_id = x.host_id AND s.fence = x.fence RETURNING s.host_id),
       observed AS (
         UPDATE host h SET observed_hash = x.observed FROM x JOIN held USING (host_id)
         WHERE h.id = x.host_id AND x.observed IS NOT NULL AND h.observed_hash IS DISTINCT FROM x.observed),
       gone AS (
         DELETE FROM assignment a USING x JOIN held USING (host_id) JOIN host h ON h.id = x.host_id
         WHERE a.host_id = x.host_id AND a.state = 'removing' AND x.observed = h.desired_hash)
       SELECT host_id FROM held`,
      [...batch.values, gatewayId],
    );
    const held = new Set(result.rows.map((row) => row.host_id));
    return hosts.map((host) => host.hostId).filter((hostId) => !held.has(hostId));
  }

  /** Lets go of sessions whose sockets closed; a newer session of the same host is not touched. */
  async release(claims: readonly FenceClaim[]): Promise<void> {
    if (claims.length === 0) return;
    const batch = claimBatch(claims);
    await this.database.pool.query(
      `UPDATE agent_session s SET gateway_id = NULL, last_seen_at = now()
       FROM ${batch.sql} WHERE s.host_id = x.host_id AND s.fence = x.fence`,
      batch.values,
    );
  }

  /** Of these sessions, the hosts for which a newer one exists. */
  async superseded(claims: readonly FenceClaim[]): Promise<string[]> {
    const batch = claimBatch(claims);
    const result = await this.database.pool.query<{ host_id: string }>(
      `SELECT s.host_id FROM agent_session s JOIN ${batch.sql} ON s.host_id = x.host_id WHERE s.fence > x.fence`,
      batch.values,
    );
    return result.rows.map((row) => row.host_id);
  }
}

function fullestDisk(load: SeenHost['load']): number | null {
  return load && load.disks.length > 0 ? Math.max(...load.disks.map(({ percent }) => percent)) : null;
}

function firstToSend({ first, kept }: HelloSpool): number {
  return Math.min(first, kept ?? first);
}

function claimBatch(claims: readonly FenceClaim[]) {
  return unnest(
    'x',
    { host_id: ['uuid', (claim: FenceClaim) => claim.hostId], fence: ['bigint', (claim) => claim.fence] },
    claims,
  );
}
