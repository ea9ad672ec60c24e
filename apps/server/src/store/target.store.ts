import type { HostGroup, TargetHost } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

/** What targets are matched against. */
@Injectable()
export class TargetStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All active hosts by name, and all saved groups. */
  async everything(): Promise<{ hosts: (TargetHost & { timezone: string })[]; groups: HostGroup[] }> {
    const { rows: hosts } = await this.database.pool.query<TargetHost & { timezone: string }>(
      `SELECT name, labels, timezone FROM host WHERE state = 'active' ORDER BY name_key`,
    );
    return { hosts, groups: await this.groups() };
  }

  async groups(): Promise<HostGroup[]> {
    const groups = await this.database.prisma.hostGroup.findMany();
    return groups.map((row) => ({
      name: row.name,
      ...(row.labels === null ? {} : { labels: row.labels as Record<string, string> }),
      ...(row.hosts.length > 0 ? { hosts: row.hosts } : {}),
    }));
  }
}
