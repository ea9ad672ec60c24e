import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { isSameFingerprint, keyFingerprint } from '@carillon/core/host/join-token';
import { type HostState, mayConnect } from '@carillon/core/state/states';
import type { RecordText } from '@carillon/core/text/record-texts';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange, whoActs } from './audit-act.js';
import { settleCopy } from './copy-alarm.js';
import { Database, type Transaction } from './database.store.js';
import { DesiredStore } from './desired.store.js';

export interface IdentityRow {
  readonly id: string;
  readonly name: string;
  readonly state: HostState;
  readonly publicKey: string;
  readonly keySince: Date;
  readonly keyWanted: boolean;
  readonly joinedFrom: string | null;
  readonly joinedAt: Date;
  readonly retiredAt: Date | null;
  readonly tasks: number;
  readonly isConnected: boolean;
  readonly capabilities: readonly string[];
}

interface LockedHost {
  readonly id: string;
  readonly name: string;
  readonly state: HostState;
  readonly publicKey: string;
  readonly labels: Record<string, string>;
}

/** What came of it; `other_state` names the state in which the host is. */
export type Admission =
  | { readonly kind: 'done'; readonly hostId: string; readonly name: string; readonly state: HostState }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'other_state'; readonly state: HostState }
  | { readonly kind: 'other_fingerprint'; readonly fingerprint: string };

/** How hosts are let in and taken out. */
@Injectable()
export class AdmissionStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  async identity(name: string): Promise<IdentityRow | null> {
    const { rows } = await this.database.pool.query<IdentityRow>(
      `SELECT h.id, h.name, h.state, h.public_key AS "publicKey", h.key_since AS "keySince", h.capabilities,
         (h.key_offered IS NOT NULL OR coalesce(h.key_wanted_at > h.key_since, false)) AS "keyWanted",
         h.joined_from AS "joinedFrom", h.enrolled_at AS "joinedAt", h.retired_at AS "retiredAt",
         (SELECT count(*)::int FROM assignment a WHERE a.host_id = h.id AND a.state <> 'removing') AS tasks,
         EXISTS (SELECT FROM agent_session s WHERE s.host_id = h.id AND s.gateway_id IS NOT NULL) AS "isConnected"
       FROM host h WHERE h.name_key = $1`,
      [name.toLowerCase()],
    );
    return rows[0] ?? null;
  }

  /** From here on the signer signs for it. @param fingerprint as the host itself shows it; undefined: nobody compared */
  approve(name: string, fingerprint: string | undefined): Promise<Admission> {
    return this.database.transaction(async (tx): Promise<Admission> => {
      await this.desired.lock(tx, { hostIds: [] });
      const host = await lockHost(tx, name);
      if (!host) return { kind: 'unknown' };
      if (host.state !== 'pending') return { kind: 'other_state', state: host.state };
      const own = keyFingerprint(host.publicKey, sha256Hex);
      if (fingerprint !== undefined && !isSameFingerprint(fingerprint, own))
        return { kind: 'other_fingerprint', fingerprint: own };
      await tx.$executeRaw`UPDATE host SET state = 'active' WHERE id = ${host.id}::uuid`;
      const { id: hostId, publicKey, labels } = host;
      this.accepted.note({ kind: 'host', hostId, name: host.name, labels, publicKey, approvedBy: whoActs() });
      noteChange({
        kind: 'Host',
        act: 'approved',
        what: host.name,
        after: { host: hostId, publicKey, fingerprint: own, labels },
      });
      await this.desired.reassign(tx, { hostIds: [hostId] });
      return { kind: 'done', hostId, name: host.name, state: 'active' };
    });
  }

  /** Nothing of a host that was never let in is kept but its rows in the audit. */
  refuse(name: string): Promise<Admission> {
    return this.database.transaction(async (tx): Promise<Admission> => {
      const host = await lockHost(tx, name);
      if (!host) return { kind: 'unknown' };
      if (host.state !== 'pending') return { kind: 'other_state', state: host.state };
      const { id } = host;
      noteChange({
        kind: 'Host',
        act: 'turned away',
        what: host.name,
        before: { host: id, publicKey: host.publicKey },
      });
      await tx.$executeRaw`DELETE FROM agent_instance WHERE host_id = ${id}::uuid`;
      await tx.$executeRaw`DELETE FROM agent_session WHERE host_id = ${id}::uuid`;
      await tx.$executeRaw`DELETE FROM host WHERE id = ${id}::uuid`;
      return { kind: 'done', hostId: id, name: host.name, state: 'pending' };
    });
  }

  rotateKey(name: string): Promise<Admission> {
    return this.database.transaction(async (tx): Promise<Admission> => {
      const host = await lockHost(tx, name);
      if (!host) return { kind: 'unknown' };
      if (host.state !== 'active') return { kind: 'other_state', state: host.state };
      await tx.$executeRaw`UPDATE host SET key_wanted_at = now() WHERE id = ${host.id}::uuid`;
      noteChange({ kind: 'Host', act: 'asked for another key', what: host.name });
      return { kind: 'done', hostId: host.id, name: host.name, state: host.state };
    });
  }

  /**
   * Nothing but its leave is signed for it from here on.
   * @param force its key is refused at once; when it comes back it is told what to do
   */
  decommission(name: string, force: boolean): Promise<Admission> {
    return this.database.transaction(async (tx): Promise<Admission> => {
      await this.desired.lock(tx, { hostIds: [] });
      const host = await lockHost(tx, name);
      if (!host) return { kind: 'unknown' };
      const { id: hostId, state } = host;
      if (!mayConnect(state) || state === 'pending' || (state === 'decommissioning' && !force))
        return { kind: 'other_state', state };
      if (state === 'active') this.accepted.note({ kind: 'host-leaving', hostId });
      noteChange({ kind: 'Host', act: 'decommissioned', what: host.name, after: { host: hostId, force } });
      await letGo(tx, hostId);
      await settleCopy(tx, host.name, null);
      await tx.$executeRaw`UPDATE host SET state = 'decommissioning' WHERE id = ${hostId}::uuid`;
      if (force) await this.end(tx, host, 'its key is refused; whoever has it was not waited for');
      return { kind: 'done', hostId, name: host.name, state: force ? 'retired' : 'decommissioning' };
    });
  }

  /** Its agent said that nothing of ours is left there. @returns whether it was on its way out */
  retire(hostId: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [host] = await tx.$queryRaw<LockedHost[]>`
        SELECT id, name, state, public_key AS "publicKey", labels FROM host WHERE id = ${hostId}::uuid FOR UPDATE`;
      if (host?.state === 'retired') return true;
      if (host?.state !== 'decommissioning') return false;
      await this.end(tx, host, 'its agent took away what was ours and told what it had');
      return true;
    });
  }

  private async end(tx: Transaction, { id, name }: LockedHost, text: RecordText): Promise<void> {
    await tx.$executeRaw`DELETE FROM assignment WHERE host_id = ${id}::uuid`;
    await tx.$executeRaw`DELETE FROM host_seal_key WHERE host_id = ${id}::uuid`;
    await tx.$executeRaw`UPDATE host SET state = 'retired', retired_at = now(), key_offered = NULL, key_offer = NULL WHERE id = ${id}::uuid`;
    // What fires there ends: nobody looks at a host that is retired.
    await tx.$executeRaw`
      UPDATE alert SET wake_at = now() WHERE host_id = ${id}::uuid AND state <> 'resolved' AND policy <> 'system'`;
    this.accepted.note({ kind: 'host-gone', hostId: id });
    noteChange({ by: name, via: 'agent', kind: 'Host', act: 'retired', what: name, text, after: { host: id } });
  }
}

async function lockHost(tx: Transaction, name: string): Promise<LockedHost | undefined> {
  const [host] = await tx.$queryRaw<LockedHost[]>`
    SELECT id, name, state, public_key AS "publicKey", labels FROM host WHERE name_key = ${name.toLowerCase()} FOR UPDATE`;
  return host;
}

/** What waited for the host does not wait any more, and nothing of it is missed. */
async function letGo(tx: Transaction, hostId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE assignment SET state = 'removing', code = NULL, message = NULL, held_version = NULL, held_reason = NULL, updated_at = now()
    WHERE host_id = ${hostId}::uuid AND state <> 'removing'`;
  await tx.$executeRaw`
    UPDATE command SET state = 'rejected', code = 'host_leaves', message = 'the host was decommissioned', updated_at = now()
    WHERE host_id = ${hostId}::uuid AND state IN ('queued', 'delivered')`;
  await tx.$executeRaw`
    UPDATE host_pause SET ended_at = least(now(), until_at), ended_by = 'host_leaves' WHERE host_id = ${hostId}::uuid AND ended_at IS NULL`;
}
