import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { makeSelfSigned, noCertificates } from '@carillon/testkit/self-signed';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { openBullBackend } from '../queue/bull-backend.js';
import { newClient } from './migrate.js';
import { openDatabase } from './testing/stores.js';

/** A Postgres that somebody else gave is not switched over to TLS. */
const missing = process.env.DATABASE_URL ? 'the Postgres was given' : noCertificates;
const settings = ['ssl', 'ssl_cert_file', 'ssl_key_file'];

describe.skipIf(missing)(`the way to Postgres${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-tls-'));
  let test: TestDatabase;
  let admin: pg.Client;
  /** As DATABASE_URL says it. */
  const url = (host: string, root: string) => {
    const at = new URL(test.url);
    at.hostname = host;
    at.search = `?sslmode=verify-full&sslrootcert=${join(folder, root)}`;
    return at.href;
  };
  const fails = async (host: string, root: string) => {
    const client = newClient(url(host, root));
    const error = await client.connect().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    await client.end().catch(() => undefined);
    return error;
  };

  beforeAll(async () => {
    test = await cloneDatabase();
    const { key, cert } = makeSelfSigned('localhost');
    writeFileSync(join(folder, 'root.pem'), cert);
    writeFileSync(join(folder, 'another.pem'), makeSelfSigned('localhost').cert);
    admin = new pg.Client(inject('postgresUrl'));
    await admin.connect();
    expect(await fails('localhost', 'root.pem')).toMatchObject({
      message: expect.stringMatching(/does not support SSL/),
    });
    // Written by Postgres itself: a key has to be its own, and nobody else's to read.
    for (const [name, text] of Object.entries({ key, cert }))
      await admin.query(
        `COPY (SELECT unnest(string_to_array($text$${text.trim()}$text$, E'\n'))) TO PROGRAM 'umask 077; cat > carillon-test.${name}'`,
      );
    await admin.query(`ALTER SYSTEM SET ssl_cert_file = 'carillon-test.cert'`);
    await admin.query(`ALTER SYSTEM SET ssl_key_file = 'carillon-test.key'`);
    await admin.query('ALTER SYSTEM SET ssl = on');
    await admin.query('SELECT pg_reload_conf()');
    await vi.waitFor(async () => expect(await fails('localhost', 'root.pem')).toBeUndefined(), 10_000);
  }, 30_000);
  afterAll(async () => {
    for (const name of settings) await admin?.query(`ALTER SYSTEM RESET ${name}`);
    await admin?.query('SELECT pg_reload_conf()');
    await admin?.end();
    await test?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is encrypted for all that a server asks, with sslmode=verify-full', async () => {
    const databaseUrl = url('localhost', 'root.pem');
    const database = openDatabase(databaseUrl);
    const { queue } = openBullBackend({ redisUrl: undefined, databaseUrl });
    queue.on('error', () => undefined);
    await Promise.all([
      ...[database.pool, database.ingestPool].map((pool) => pool.query('SELECT 1')),
      database.prisma.$queryRaw`SELECT 1`,
      queue.getWaitingCount(),
    ]);
    const { rows } = await database.pool.query<{ ssl: boolean; version: string | null }>(
      `SELECT s.ssl, s.version FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.datname = current_database()`,
    );
    await queue.close();
    await database.onApplicationShutdown();
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(new Set(rows.map(({ ssl, version }) => `${ssl} ${version}`))).toEqual(new Set(['true TLSv1.3']));
  });

  it.each([
    ['whose certificate is for another name', '127.0.0.1', 'root.pem', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['whose certificate another authority signed', 'localhost', 'another.pem', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('is not taken to a server %s', async (_what, host, root, code) => {
    expect(await fails(host, root)).toMatchObject({ code });
  });
});
