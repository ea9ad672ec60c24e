import { type HostGroup, matchesTarget } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

export interface GroupRow {
  readonly name: string;
  readonly nameKey: string;
  readonly labels: Record<string, string> | null;
  readonly hosts: string[] | null;
  /** Hosts it selects now. */
  readonly matching: number;
}

/** Saved groups of hosts. */
@Injectable()
export class HostGroupStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(after: string | null, limit: number): Promise<GroupRow[]> {
    const { prisma } = this.database;
    const groups = await prisma.hostGroup.findMany({
      ...(after === null ? {} : { where: { nameKey: { gt: after } } }),
      orderBy: { nameKey: 'asc' },
      take: limit,
    });
    if (groups.length === 0) return [];
    const hosts = await prisma.host.findMany({ where: { state: 'active' }, select: { name: true, labels: true } });
    return groups.map((row) => {
      const labels = row.labels as Record<string, string> | null;
      const names = row.hosts.length > 0 ? row.hosts : null;
      const group: HostGroup = { name: row.name, ...(labels ? { labels } : {}), ...(names ? { hosts: names } : {}) };
      const selected = hosts.filter((host) =>
        matchesTarget({ groups: [row.name] }, { name: host.name, labels: host.labels as Record<string, string> }, [
          group,
        ]),
      );
      return { name: row.name, nameKey: row.nameKey, labels, hosts: names, matching: selected.length };
    });
  }
}
