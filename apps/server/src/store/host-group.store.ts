import { type HostGroup, matchesTarget, type TargetHost } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';
import { currentReach } from './reach.js';

export interface GroupRow {
  readonly name: string;
  readonly nameKey: string;
  readonly labels: Record<string, string> | null;
  readonly hosts: string[] | null;
  readonly approval: { required: number } | null;
  /** Hosts it selects now. */
  readonly matching: number;
}

/** Saved groups of hosts. */
@Injectable()
export class HostGroupStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(after: string | null, limit: number): Promise<GroupRow[]> {
    const groups = await this.database.prisma.hostGroup.findMany({
      ...(after === null ? {} : { where: { nameKey: { gt: after } } }),
      orderBy: { nameKey: 'asc' },
      take: limit,
    });
    if (groups.length === 0) return [];
    const { rows: hosts } = await this.database.pool.query<TargetHost>(
      `SELECT name, labels FROM host WHERE state = 'active'`,
    );
    const seen = currentReach() && new Set(hosts.map(({ name }) => name.toLowerCase()));
    return groups.map((row) => {
      const labels = row.labels as Record<string, string> | null;
      const names = row.hosts.length > 0 ? row.hosts : null;
      const group: HostGroup = { name: row.name, ...(labels ? { labels } : {}), ...(names ? { hosts: names } : {}) };
      const selected = hosts.filter((host) => matchesTarget({ groups: [row.name] }, host, [group]));
      const shown = seen && names ? names.filter((name) => seen.has(name.toLowerCase())) : names;
      const approval = row.approvals === null ? null : { required: row.approvals };
      return { name: row.name, nameKey: row.nameKey, labels, hosts: shown, approval, matching: selected.length };
    });
  }
}
