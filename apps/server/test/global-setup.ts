import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startEmbeddedPostgres } from '@carillon/stack/embedded-postgres';
import { findRedis, startRedis } from '@carillon/stack/redis-server';
import type {} from '@carillon/testkit/database';
import { fastFolder } from '@carillon/testkit/fast-folder';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { connectOrCreate, migrate } from '../src/store/migrate.js';

const repository = resolve(import.meta.dirname, '../../..');

/**
 * One Postgres and one Redis for the whole test run: the given ones (`DATABASE_URL`, `REDIS_URL`), else servers
 * of our own in a folder that is thrown away.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(fastFolder(), 'carillon-test-'));
  // Started by root, Postgres runs under another account, which must get through to its data.
  chmodSync(folder, 0o711);
  const stops: (() => Promise<unknown> | undefined)[] = [];
  const { url, databaseOf } = await postgres(folder, stops);
  const template = `carillon_template_${randomUUID().slice(0, 8)}`;
  await migrate(databaseOf(template), join(repository, 'prisma/migrations'));
  stops.push(() => dropDatabase(url, template));
  project.provide('postgresUrl', url);
  project.provide('templateDatabase', template);
  await provideRedis(project, folder, stops);
  return async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function postgres(folder: string, stops: (() => Promise<unknown> | undefined)[]) {
  const given = process.env.DATABASE_URL;
  if (given) {
    await (await connectOrCreate(given)).end();
    return {
      url: given,
      databaseOf: (name: string) => {
        const at = new URL(given);
        at.pathname = `/${name}`;
        return at.href;
      },
    };
  }
  const server = await startEmbeddedPostgres({ folder: join(folder, 'postgres'), durable: false });
  stops.push(() => server.stop());
  return { url: server.url, databaseOf: server.urlOf };
}

async function provideRedis(
  project: TestProject,
  folder: string,
  stops: (() => Promise<unknown> | undefined)[],
): Promise<void> {
  if (process.env.REDIS_URL) {
    project.provide('redisUrl', process.env.REDIS_URL);
    return;
  }
  const found = findRedis(join(repository, '.cache/redis'));
  if (found.kind === 'missing') {
    project.provide('redisMissing', found.why);
    return;
  }
  const server = await startRedis(found, join(folder, 'redis'));
  stops.push(() => server.stop());
  project.provide('redisUrl', server.url);
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.end();
}
