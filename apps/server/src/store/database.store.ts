import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { retryConflict } from './retry-conflict.js';

/** A Prisma transaction, as stores pass it to each other. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** A network that swallows packets must not stop everything until TCP gives up a quarter of an hour later. */
const patience = {
  connectionTimeoutMillis: 10_000,
  statement_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/** The two ways to Postgres: Prisma for rows one by one, the pool for the paths where a batch is one statement. */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    const options = { connectionString: config.databaseUrl, max: 10, application_name: 'carillon-server', ...patience };
    this.prisma = new PrismaClient({ adapter: new PrismaPg(options) });
    this.pool = new pg.Pool(options);
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  /** Runs several writes all or nothing; more than once when Postgres asks for it, so `work` has no effect outside. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return retryConflict(() => this.prisma.$transaction(work, { timeout: 30_000, maxWait: 15_000 }));
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
