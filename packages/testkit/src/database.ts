import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Maintenance database of the Postgres that the tests share. */
    postgresUrl: string;
    /** Database with every migration applied; cloned per test, never written to. */
    templateDatabase: string;
    /** Undefined: no Redis on this machine; tests that need one are skipped and counted. */
    redisUrl: string | undefined;
    /** Why there is no Redis. */
    redisMissing: string | undefined;
  }
}

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of its own for one test: a copy of the template, made in a few milliseconds by Postgres itself. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const name = `carillon_test_${randomUUID().replaceAll('-', '')}`;
  const template = inject('templateDatabase');
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  return {
    url: databaseUrl(name),
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** An empty database, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const name = `carillon_empty_${randomUUID().replaceAll('-', '')}`;
  return { url: databaseUrl(name), drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function databaseUrl(name: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
