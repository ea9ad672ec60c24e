import { randomBytes } from 'node:crypto';
import type { Body } from '@carillon/contract/agent/catalog';
import type { Json } from '@carillon/core/desired/canonical-json';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import { Database, type Transaction } from './database.store.js';
import { DesiredStore } from './desired.store.js';

export interface Enrolment {
  /** SHA-256 of the token's secret. */
  readonly tokenHash: string;
  readonly publicKey: string;
  readonly facts: Body<'enroll'>['facts'];
  readonly nowMs: number;
}

/** `refused` does not say why: an outsider learns nothing about which tokens exist. */
export type Enrolled =
  | { readonly kind: 'enrolled'; readonly hostId: string; readonly name: string }
  | { readonly kind: 'refused' };

/** Undoes the transaction of an enrolment whose token is not good. */
class TokenRefused extends Error {}

/** Turns a join token into a host. */
@Injectable()
export class EnrolmentStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Token use, host, session row and first assignments: all or nothing. The caller has checked the proof. */
  redeem(enrolment: Enrolment): Promise<Enrolled> {
    const { tokenHash } = enrolment;
    return this.database
      .transaction(async (tx): Promise<Enrolled> => {
        const before = await this.earlier(tx, enrolment);
        if (before) return before;
        const labels = await this.labelsOf(tx, tokenHash);
        const host = await this.insertHost(tx, enrolment, labels);
        await this.desired.reassign(tx, { hostIds: [host.hostId], areNew: true });
        // Last: every host that joins with the same token waits for this row until the commit.
        await this.useToken(tx, tokenHash);
        const { publicKey } = enrolment;
        const told = JSON.parse(labels) as Record<string, string>;
        this.accepted.note({ kind: 'host', ...host, labels: told, publicKey });
        noteChange({
          by: host.name,
          via: 'agent',
          kind: 'Host',
          act: 'enrolled',
          what: host.name,
          after: { host: host.hostId, publicKey, labels: told as Json },
        });
        return { kind: 'enrolled', ...host };
      })
      .catch((error: unknown): Enrolled => {
        if (error instanceof TokenRefused) return { kind: 'refused' };
        throw error;
      });
  }

  /**
   * An agent whose answer was lost asks again with the same key, which it proved to hold: it gets the host it already
   * has, and the token is not used twice.
   */
  private async earlier(tx: Transaction, { publicKey, tokenHash }: Enrolment): Promise<Enrolled | null> {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext(${`carillon.enrol.${publicKey}`}))::text`;
    const rows = await tx.$queryRaw<{ hostId: string; name: string }[]>`
      SELECT id AS "hostId", name FROM host WHERE public_key = ${publicKey} AND state = 'active'
        AND EXISTS (SELECT 1 FROM enrolment_token WHERE hash = ${tokenHash} AND revoked_at IS NULL) LIMIT 1`;
    return rows[0] ? { kind: 'enrolled', ...rows[0] } : null;
  }

  private async labelsOf(tx: Transaction, hash: string): Promise<string> {
    const rows = await tx.$queryRaw<{ labels: string }[]>`
      SELECT labels::text AS labels FROM enrolment_token
      WHERE hash = ${hash} AND used < uses AND expires_at > now() AND revoked_at IS NULL`;
    if (!rows[0]) throw new TokenRefused();
    return rows[0].labels;
  }

  /** The update counts only while uses are left, so two agents at once cannot share the last one. */
  private async useToken(tx: Transaction, hash: string): Promise<void> {
    const used = await tx.$executeRaw`
      UPDATE enrolment_token SET used = used + 1
      WHERE hash = ${hash} AND used < uses AND expires_at > now() AND revoked_at IS NULL`;
    if (used === 0) throw new TokenRefused();
  }

  /** Host and session row, under the host's own name, else the first free of name-2, name-3 …; a name lost to a simultaneous insert is skipped. */
  private async insertHost(tx: Transaction, { facts, publicKey, nowMs }: Enrolment, labels: string) {
    const hostId = makeUuid7(nowMs, randomBytes(10));
    const { hostname } = facts;
    const insert = async (name: string): Promise<boolean> => {
      const inserted = await tx.$executeRaw`
        WITH joined AS (INSERT INTO host (id, name, name_key, labels, os, timezone, agent_version, scheduler, capabilities, fingerprint, public_key, desired_hash)
        VALUES (${hostId}::uuid, ${name}, ${name.toLowerCase()}, ${labels}::jsonb, ${facts.os}, ${facts.timezone}, ${facts.agentVersion},
          ${facts.scheduler}, ${facts.capabilities}, ${facts.fingerprint}, ${publicKey}, ${desiredHash([])})
        ON CONFLICT (name_key) DO NOTHING RETURNING id)
        INSERT INTO agent_session (host_id) SELECT id FROM joined`;
      return inserted === 1;
    };
    // Nearly always free: who else has it is looked up only when it is not.
    if (await insert(hostname)) return { hostId, name: hostname };
    const taken = await this.takenNames(tx, hostname);
    for (let suffix = 2; ; suffix += 1) {
      const name = `${hostname}-${suffix}`;
      if (!taken.has(name.toLowerCase()) && (await insert(name))) return { hostId, name };
    }
  }

  private async takenNames(tx: Transaction, hostname: string): Promise<Set<string>> {
    const key = hostname.toLowerCase();
    const rows = await tx.$queryRaw<{ nameKey: string }[]>`
      SELECT name_key AS "nameKey" FROM host WHERE name_key = ${key} OR starts_with(name_key, ${`${key}-`})`;
    return new Set(rows.map((row) => row.nameKey));
  }
}
