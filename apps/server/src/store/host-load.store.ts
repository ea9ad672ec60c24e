import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.store.js';

interface LoadPoint {
  readonly at: Date;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly disk: number | null;
}

export interface HostLoadRow {
  readonly now: (LoadPoint & { readonly disks: { name: string; percent: number }[] }) | null;
  /** Oldest first. */
  readonly items: LoadPoint[];
}

/** How busy hosts are and were. */
@Injectable()
export class HostLoadStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async ofHost(hostId: string): Promise<HostLoadRow> {
    const now = await this.database.pool.query<NonNullable<HostLoadRow['now']>>(
      `SELECT load_at AS at, cpu_percent AS cpu, memory_percent AS memory, disk_percent AS disk, coalesce(disks, '[]') AS disks
       FROM agent_session WHERE host_id = $1 AND load_at IS NOT NULL`,
      [hostId],
    );
    const items = await this.database.pool.query<LoadPoint>(
      `SELECT at, cpu_percent AS cpu, memory_percent AS memory, disk_percent AS disk FROM host_load
       WHERE host_id = $1 AND at > now() - interval '2 days' ORDER BY at`,
      [hostId],
    );
    return { now: now.rows[0] ?? null, items: items.rows };
  }
}
