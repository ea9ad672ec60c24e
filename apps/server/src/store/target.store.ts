import type { HostGroup, TargetHost } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

/** What targets are matched against. */
@Injectable()
export class TargetStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All active hosts by name, and all saved groups. */
  async everything(): Promise<{ hosts: (TargetHost & { timezone: string })[]; groups: HostGroup[] }> {
    const { prisma } = this.database;
    const hosts = await prisma.host.findMany({
      where: { state: 'active' },
      select: { name: true, labels: true, timezone: true },
      orderBy: { nameKey: 'asc' },
    });
    const groups = await prisma.hostGroup.findMany();
    return {
      hosts: hosts.map(({ labels, ...host }) => ({ ...host, labels: labels as Record<string, string> })),
      groups: groups.map((row) => ({
        name: row.name,
        ...(row.labels === null ? {} : { labels: row.labels as Record<string, string> }),
        ...(row.hosts.length > 0 ? { hosts: row.hosts } : {}),
      })),
    };
  }
}
