import { randomBytes } from 'node:crypto';
import { holdBackReason } from '@carillon/core/desired/hold-back';
import { pauseCapability } from '@carillon/core/desired/pause';
import { matchesTarget, type Target } from '@carillon/core/host/target';
import type { MissedPolicy } from '@carillon/core/job/job-spec';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';
import { DesiredStore } from './desired.store.js';

export interface NewPause {
  readonly until: Date;
  readonly afterwards: MissedPolicy;
  readonly by: string;
  readonly reason: string;
  /** Only says which hosts it would be. */
  readonly dryRun?: boolean;
}

export interface PauseRow {
  readonly id: string;
  readonly host: string;
  readonly fromAt: Date;
  readonly untilAt: Date;
  readonly afterwards: MissedPolicy;
  readonly by: string;
  readonly reason: string;
}

/** What became of a pause for many hosts. */
export interface Paused {
  readonly hosts: readonly { readonly id: string; readonly name: string }[];
  /** Hosts whose agent would not understand it, and go on. */
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

const shownNames = 20;

/** Times in which hosts start nothing by themselves. */
@Injectable()
export class HostPauseStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(DesiredStore) private readonly desired: DesiredStore,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** Pauses the hosts that a target selects now; one that is paused already gets the new pause instead. */
  pause(target: Target, { until, afterwards, by, reason, dryRun }: NewPause): Promise<Paused> {
    return this.database.transaction(async (tx) => {
      const groups = await this.desired.groups(tx);
      const chosen = (await this.desired.activeHosts(tx, null)).filter((host) => matchesTarget(target, host, groups));
      const why = (host: { capabilities: string[] }) => holdBackReason([pauseCapability], host.capabilities);
      const able = chosen.filter((host) => why(host) === null);
      const refused = chosen.flatMap((host) => {
        const reasonAgainst = why(host);
        return reasonAgainst === null ? [] : [{ name: host.name, why: reasonAgainst }];
      });
      const outcome = { hosts: able.map(({ id, name }) => ({ id, name })), refused };
      if (dryRun) return outcome;
      const hostIds = able.map(({ id }) => id);
      await this.desired.lock(tx, { hostIds });
      await tx.$executeRaw`
        UPDATE host_pause SET ended_at = least(now(), until_at), ended_by = ${by}
        WHERE ended_at IS NULL AND host_id = ANY(${hostIds}::uuid[])`;
      const ids = hostIds.map(() => makeUuid7(Date.now(), randomBytes(10)));
      await tx.$executeRaw`
        INSERT INTO host_pause (id, host_id, from_at, until_at, afterwards, made_by, reason)
        SELECT x.id, x.host_id, now(), ${until}, ${afterwards}, ${by}, ${reason}
        FROM unnest(${ids}::uuid[], ${hostIds}::uuid[]) AS x(id, host_id)`;
      const told = { untilMs: until.getTime(), afterwards };
      if (able.length > 0) this.accepted.note({ kind: 'pause', hostIds, pauses: ids.map((id) => ({ id, ...told })) });
      await this.desired.advance(tx, hostIds);
      if (able.length > 0) noteChange({ kind: 'Pause', act: 'paused', what: namesOf(able), text: reason || null });
      return outcome;
    });
  }

  /** Ends pauses now. @returns the hosts that were paused */
  resume(target: Target, by: string): Promise<Paused['hosts']> {
    return this.database.transaction(async (tx) => {
      const groups = await this.desired.groups(tx);
      const chosen = (await this.desired.activeHosts(tx, null)).filter((host) => matchesTarget(target, host, groups));
      await this.desired.lock(tx, { hostIds: chosen.map(({ id }) => id) });
      const ended = await tx.$queryRaw<{ hostId: string }[]>`
        UPDATE host_pause SET ended_at = least(now(), until_at), ended_by = ${by}
        WHERE ended_at IS NULL AND host_id = ANY(${chosen.map(({ id }) => id)}::uuid[]) RETURNING host_id AS "hostId"`;
      const ids = new Set(ended.map(({ hostId }) => hostId));
      if (ids.size > 0) this.accepted.note({ kind: 'resume', hostIds: [...ids] });
      await this.desired.advance(tx, [...ids]);
      const resumed = chosen.flatMap(({ id, name }) => (ids.has(id) ? [{ id, name }] : []));
      if (resumed.length > 0) noteChange({ kind: 'Pause', act: 'resumed', what: namesOf(resumed) });
      return resumed;
    });
  }

  /** Pauses under way, by host. */
  async list(after: string | null, limit: number, host: string | undefined): Promise<PauseRow[]> {
    const result = await this.database.pool.query<PauseRow>(
      `SELECT p.id, h.name AS host, p.from_at AS "fromAt", p.until_at AS "untilAt", p.afterwards, p.made_by AS by, p.reason
       FROM host_pause p JOIN host h ON h.id = p.host_id
       WHERE p.ended_at IS NULL AND p.until_at > now() AND ($1::text IS NULL OR h.name_key > $1) AND ($3::text IS NULL OR h.name_key = $3)
       ORDER BY h.name_key LIMIT $2`,
      [after, limit, host?.toLowerCase() ?? null],
    );
    return result.rows;
  }
}

/** Names of a few; of more, how many they are besides. */
function namesOf(hosts: readonly { readonly name: string }[]): string {
  const shown = hosts.slice(0, shownNames).map(({ name }) => name);
  return hosts.length > shown.length ? `${shown.join(', ')} and ${hosts.length - shown.length} more` : shown.join(', ');
}
