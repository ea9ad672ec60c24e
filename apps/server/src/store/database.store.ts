import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Config, defaultDatabasePool, defaultStatementTimeoutMs } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PrismaClient } from '../generated/prisma/client.js';
import { audited, isAuditDue } from './audit-act.js';
import type { RawQuery } from './audit-append.js';
import { limitStatement } from './limit-statement.js';
import { poolTransaction } from './pool-transaction.js';
import { currentReach } from './reach.js';
import { retryConflict } from './retry-conflict.js';

/** A Prisma transaction, as stores pass it to each other. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** A network that swallows packets must not stop everything until TCP gives up a quarter of an hour later. */
const patience = {
  connectionTimeoutMillis: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/**
 * Statements of the ingest are planned once for each connection, perhaps while tables are still empty: a plan that reads
 * them whole would be kept while they grow. A batch always goes by the indexes.
 */
const byIndexes = 'SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off';
/** As many as batches of events and of output are stored at the same time. */
const ingestConnections = 5;
const usualLimitMs = 30_000;

/** The ways to Postgres: Prisma for rows one by one, the pools for the paths where a batch is one statement. */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly prisma: PrismaClient;
  /** Questions that are asked for a caller who may not see everything are answered with what he may see. */
  readonly pool: pg.Pool;
  /** For what agents send: statements with names, whose plans go by indexes. */
  readonly ingestPool: pg.Pool;

  constructor(@Inject(CONFIG) config: Config) {
    const options = {
      ...{ connectionString: config.databaseUrl, application_name: 'carillon-server', ...patience },
      max: config.databasePool ?? defaultDatabasePool,
      statement_timeout: config.statementTimeoutMs ?? defaultStatementTimeoutMs,
    };
    this.prisma = new PrismaClient({ adapter: new PrismaPg(options) });
    this.pool = limitedPool(new pg.Pool(options));
    // The pool waits for what `onConnect` returns, which its type does not say.
    const onConnect = (client: pg.ClientBase): unknown => client.query(byIndexes);
    this.ingestPool = new pg.Pool({ ...options, max: ingestConnections, onConnect });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    for (const pool of [this.pool, this.ingestPool]) pool.on('error', () => undefined);
  }

  /**
   * Runs several writes all or nothing; more than once when Postgres asks for it, so `work` has no effect outside.
   * @param limitMs it is taken back when it takes longer
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, limitMs = usualLimitMs): Promise<T> {
    return retryConflict(() =>
      this.prisma.$transaction((tx) => audited(queryOf(tx), () => work(tx)), { timeout: limitMs, maxWait: 15_000 }),
    );
  }

  /** @throws when Postgres does not answer within two seconds */
  async ping(): Promise<void> {
    await this.pool.query({ text: 'SELECT 1', query_timeout: 2_000 } as pg.QueryConfig);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await Promise.all([this.pool.end(), this.ingestPool.end()]);
  }
}

function queryOf(tx: Transaction): RawQuery {
  return <T>(sql: string, values: readonly unknown[]) => tx.$queryRawUnsafe<T[]>(sql, ...values);
}

/** Statements that may change something. */
const writes = /^\s*(?:INSERT|UPDATE|DELETE|WITH\b[\s\S]*\b(?:INSERT|UPDATE|DELETE))\b/i;

/**
 * The pool, whose statements are limited by the reach of the request that they are for. A statement that changes what
 * the audit waits for is a transaction with its row.
 */
function limitedPool(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
  const limited = (statement: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> => {
    const config = typeof statement === 'string' ? { text: statement } : statement;
    const given = { ...config, values: values ?? config.values ?? [] };
    if (isAuditDue() && writes.test(given.text)) return poolTransaction(pool, (client) => client.query(given));
    const reach = currentReach();
    return query(reach ? { ...given, ...limitStatement(given.text, given.values, reach) } : given);
  };
  return Object.assign(pool, { query: limited });
}
