import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PrismaClient } from '../generated/prisma/client.js';

/** A Prisma transaction, as stores pass it to each other. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** The two ways to Postgres: Prisma for rows one by one, the pool for the paths where a batch is one statement. */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    this.prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: 10 }) });
    this.pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, application_name: 'carillon-server' });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Runs several writes all or nothing. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(work, { timeout: 30_000, maxWait: 15_000 });
  }

  /** @throws when Postgres does not answer within two seconds */
  async ping(): Promise<void> {
    await this.pool.query({ text: 'SELECT 1', query_timeout: 2_000 } as pg.QueryConfig);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}
