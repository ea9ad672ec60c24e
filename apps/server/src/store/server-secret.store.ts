import { Inject, Injectable } from '@nestjs/common';
import { Sealer } from '../shared/sealer.js';
import { Database } from './database.store.js';

export interface SecretRow {
  readonly name: string;
  readonly author: string;
  readonly updatedAt: Date;
}

/** At a start; a key file that fits fits all. */
const mostLookedAt = 1_000;

/** Secrets that the server itself uses. They go in and never come out again, but to those who send with them. */
@Injectable()
export class ServerSecretStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {}

  async put(name: string, value: string, author: string): Promise<void> {
    const sealed = new Uint8Array(this.sealer.seal(name, value));
    const values = { sealed, author, updatedAt: new Date() };
    await this.database.transaction((tx) =>
      tx.serverSecret.upsert({ where: { name }, create: { name, ...values }, update: values }),
    );
  }

  async list(): Promise<SecretRow[]> {
    return await this.database.prisma.serverSecret.findMany({
      select: { name: true, author: true, updatedAt: true },
      orderBy: { name: 'asc' },
    });
  }

  /** Names of those that the key file of this server does not open. */
  async unreadable(): Promise<string[]> {
    const rows = await this.database.prisma.serverSecret.findMany({ orderBy: { name: 'asc' }, take: mostLookedAt });
    return rows.flatMap(({ name, sealed }) => (this.opens(name, sealed) ? [] : [name]));
  }

  /** @returns whether it was there */
  async remove(name: string): Promise<boolean> {
    const { count } = await this.database.transaction((tx) => tx.serverSecret.deleteMany({ where: { name } }));
    return count > 0;
  }

  /** Values by name; those that were not handed over are left out. @throws Error when one cannot be opened */
  async values(names: readonly string[]): Promise<Map<string, string>> {
    if (names.length === 0) return new Map();
    const rows = await this.database.prisma.serverSecret.findMany({ where: { name: { in: [...names] } } });
    return new Map(rows.map(({ name, sealed }) => [name, this.sealer.open(name, sealed)]));
  }

  private opens(name: string, sealed: Uint8Array): boolean {
    try {
      this.sealer.open(name, sealed);
      return true;
    } catch {
      return false;
    }
  }
}
