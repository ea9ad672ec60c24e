import type { CalendarDays } from '@carillon/core/calendar/named-days';
import type { FreezeSpec } from '@carillon/core/freeze/freeze.schema';
import type { HostGroup, TargetHost } from '@carillon/core/host/target';
import { Inject, Injectable } from '@nestjs/common';
import { calendarDays } from './calendars.js';
import { Database } from './database.store.js';
import { readFreezes } from './freezes.js';

/** What targets are matched against, and what holds their jobs as they are. */
@Injectable()
export class TargetStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** All active hosts by name, and all saved groups. */
  async everything(): Promise<{ hosts: (TargetHost & { id: string; timezone: string })[]; groups: HostGroup[] }> {
    const { rows: hosts } = await this.database.pool.query<TargetHost & { id: string; timezone: string }>(
      `SELECT id, name, labels, timezone FROM host WHERE state = 'active' ORDER BY name_key`,
    );
    return { hosts, groups: await this.groups() };
  }

  /** All freezes, whether or not they hold now. */
  freezes(): Promise<FreezeSpec[]> {
    return readFreezes(this.database.prisma);
  }

  /** Days of all calendars. */
  calendars(): Promise<CalendarDays> {
    return calendarDays(this.database.prisma);
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
