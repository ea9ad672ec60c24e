import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { freePort } from '@carillon/stack/embedded-postgres';
import { emptyDatabase } from '@carillon/testkit/database';
import { describe, expect, it, vi } from 'vitest';
import { testConfig } from '../http/testing/test-app.js';
import { waitForDatabase } from './wait-for-database.js';

const migrations = resolve(import.meta.dirname, '../../../../prisma/migrations');

/** What a server answers while it waits. */
async function ask(port: number, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

describe('waiting for the database', () => {
  it('answers on its port meanwhile, says why without the password, and stops when asked', async () => {
    const [listenPort, nobody] = [await freePort(), await freePort()];
    const config = { ...testConfig(`postgresql://me:secret@127.0.0.1:${nobody}/carillon`, tmpdir()), listenPort };
    const stop = new AbortController();
    const waiting = waitForDatabase(config, migrations, stop.signal);
    await vi.waitFor(async () => expect((await ask(listenPort, '/readyz')).text).toContain('ECONNREFUSED'));
    const ready = await ask(listenPort, '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.text).toContain(`the database at 127.0.0.1:${nobody}/carillon is not reachable`);
    expect(ready.text).not.toContain('secret');
    expect((await ask(listenPort, '/healthz')).status).toBe(200);
    expect(JSON.parse((await ask(listenPort, '/api/v1/hosts')).text)).toMatchObject({ code: 'unavailable' });
    stop.abort();
    await waiting;
    await expect(ask(listenPort, '/healthz')).rejects.toThrow();
  });

  it('makes and migrates a database that is not there, also for two servers at once', async () => {
    const database = await emptyDatabase();
    const start = async () =>
      waitForDatabase(
        { ...testConfig(database.url, tmpdir()), listenPort: 0 },
        migrations,
        new AbortController().signal,
      );
    await Promise.all([start(), start()]);
    await database.drop();
  });

  it('does not wait for what waiting cannot mend', async () => {
    const database = await emptyDatabase();
    const config = { ...testConfig(database.url, tmpdir()), listenPort: 0 };
    await expect(waitForDatabase(config, '/nowhere', new AbortController().signal)).rejects.toThrow('/nowhere');
    await database.drop();
  });
});
