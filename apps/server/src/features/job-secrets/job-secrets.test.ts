import { api } from '@carillon/contract/http/api';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AlertEngine } from '../../alerting/engine.service.js';
import { SecretExpiry } from '../../alerting/secret-expiry.js';
import { VaultCheck } from '../../alerting/vault-check.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { Signer } from '../../shared/signer.js';
import { Database } from '../../store/database.store.js';
import { JobSecretStore } from '../../store/job-secret.store.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobSecretsModule } from './job-secrets.module.js';

let test: TestDatabase;
let app: TestApp;
beforeAll(async () => {
  test = await cloneDatabase();
  app = await startTestApp(test.url, { modules: [ApplyModule, JobSecretsModule] });
  await addFleet(app.database, [{ name: 'DB01' }, { name: 'DB02' }]);
});
afterAll(async () => {
  await app.close();
  await test.drop();
});

const set = (name: string, body: object, purpose: 'secret' | 'account' = 'secret') =>
  app.call(api.jobSecrets.set, { body: { purpose, name, ...body } });
const apply = (documents: object[]) => app.call(api.jobs.apply, { body: { documents, dryRun: false } });
const job = (name: string, secret: string, changes: object = {}) =>
  jobFile(name, { run: { program: 'C:\\x.exe', environment: { TOKEN: { secret } }, stdin: { secret } }, ...changes });
const problems = (failure: unknown) =>
  (failure as { body: { params: { problems: { path: string; expected: string }[] } } }).body.params.problems;

describe('a secret for jobs', () => {
  it('is told with everything but its value, which only goes in', async () => {
    const told = await set('Etl-Token', { value: 'v4lue-of-it', jobs: ['etl-*'], description: 'API of the shop' });
    expect(told).toMatchObject({
      ...{ purpose: 'secret', name: 'Etl-Token', version: 1, jobs: ['etl-*'], author: 'admin', usedBy: [] },
      hosts: { total: 0 },
    });
    const listed = await app.call(api.jobSecrets.list, {});
    expect(listed.items).toEqual([told]);
    expect(JSON.stringify([told, listed])).not.toContain('v4lue');
    const { rows } = await app.database.pool.query(`SELECT body FROM audit_entry WHERE body LIKE '%"Secret"%'`);
    expect(JSON.stringify(rows)).toContain('etl-*');
    expect(JSON.stringify(rows)).not.toContain('v4lue');
  });

  it.each<[string, object, RegExp]>([
    ['no value of a new one', { name: 'new', jobs: ['x'] }, /value: expected the value of secret new/],
    ['a value too short to be looked for in output', { name: 'new', value: 'abc' }, /value: expected at least/],
    ['a name that no job can write', { name: 'a b', value: 'long-enough' }, /name: expected a name of letters/],
  ])('is refused with %s', async (_what, { name, ...body }: object & { name?: string }, words) => {
    await expect(set(name ?? '', body)).rejects.toThrow(words);
  });

  it('is refused to jobs that it is not for, with the field and what to do', async () => {
    const failure = await apply([job('nightly', 'etl-token')]).catch((error: unknown) => error);
    expect(problems(failure)).toMatchObject([
      {
        path: 'run.environment.TOKEN.secret',
        expected: expect.stringContaining('carillon secret allow etl-token "nightly"'),
      },
      { path: 'run.stdin.secret' },
    ]);
    await apply([job('etl-load', 'etl-token'), job('with-its-hosts-own', 'unknown-here')]);
    expect(await app.call(api.jobSecrets.get, { purpose: 'secret', name: 'etl-token' })).toMatchObject({
      usedBy: ['etl-load'],
      hosts: { total: 2, waiting: 2 },
    });
  });

  it('stays for the jobs that use it, and goes when none does', async () => {
    await expect(set('etl-token', { jobs: ['other'] })).rejects.toThrow(/etl-load is among, which uses it/);
    await expect(app.call(api.jobSecrets.remove, { purpose: 'secret', name: 'etl-token' })).rejects.toThrow(
      /secret etl-token is used by etl-load/,
    );
    await set('gone', { value: 'some value' });
    await app.call(api.jobSecrets.remove, { purpose: 'secret', name: 'GONE' });
    await expect(app.call(api.jobSecrets.get, { purpose: 'secret', name: 'gone' })).rejects.toMatchObject({
      status: 404,
    });
    // Its versions go on, so that hosts never take the older value for the newer.
    expect(await set('gone', { value: 'some value' })).toMatchObject({ version: 2 });
  });

  it('gets another version with each value, also when two come at once', async () => {
    const both = await Promise.all([set('etl-token', { value: 'value-a' }), set('etl-token', { value: 'value-b' })]);
    expect(both.map(({ version }) => version).sort()).toEqual([2, 3]);
    expect(await set('etl-token', { description: 'other words' })).toMatchObject({ version: 3, jobs: ['etl-*'] });
    expect(app.hints.filter(({ kind }) => kind === 'secret').at(-1)?.hostIds).toHaveLength(2);
  });
});

describe('an account', () => {
  it('stands there as soon as a job runs as it, with or without a password in the centre', async () => {
    await apply([jobFile('load', { runAs: 'user:CORP\\Etl' }), jobFile('managed', { runAs: 'gmsa:CORP\\m$' })]);
    const { items } = await app.call(api.jobSecrets.list, { purpose: 'account' });
    expect(items).toMatchObject([
      { name: 'CORP\\Etl', version: null, usedBy: ['load'], hosts: { total: 2, waiting: 2 } },
    ]);
    expect(await set('corp\\etl', { value: 'p', jobs: ['load'] }, 'account')).toMatchObject({ version: 1, notFor: [] });
    await expect(set('CORP\\m$', { value: 'p' }, 'account')).rejects.toThrow(/name: expected a user/);
    const failure = await apply([jobFile('another', { runAs: 'user:CORP\\etl' })]).catch((error: unknown) => error);
    expect(problems(failure)).toMatchObject([
      { path: 'runAs', expected: expect.stringContaining('carillon account allow "corp\\etl" "another"') },
    ]);
  });

  it('tells by host who has which password, and why not', async () => {
    const ids = (await app.database.pool.query('SELECT id FROM host ORDER BY name')).rows.map(({ id }) => id as string);
    await app.database.pool.query(
      `INSERT INTO host_secret (host_id, purpose, name_key, state, version, code, message)
       VALUES ($1, 'account', 'corp\\etl', 'verified', 1, NULL, NULL), ($2, 'account', 'corp\\etl', 'failed', 1, 'register_failed', 'wrong')`,
      ids,
    );
    await app.database.pool.query(`UPDATE host SET capabilities = '{sealed-secrets}'`);
    const hosts = async () => (await app.call(api.jobSecrets.hosts, { purpose: 'account', name: 'CORP\\etl' })).items;
    expect(await hosts()).toMatchObject([
      { host: 'DB01', state: 'verified', version: 1, jobs: ['load'] },
      { host: 'DB02', state: 'failed', version: 1, message: 'wrong' },
    ]);
    await set('corp\\etl', { value: 'next' }, 'account');
    expect(await hosts()).toMatchObject([{ state: 'waiting', version: 1 }, { state: 'waiting' }]);
  });
});

describe('the end of a password', () => {
  const dayMs = 86_400_000;
  const atMs = Date.now() + 15 * dayMs;
  const signals = async () =>
    (
      await app.database.pool.query(`SELECT data FROM alert_signal WHERE data->>'part' LIKE 'expiry:%' ORDER BY id`)
    ).rows.map(({ data }) => [data.ok, data.part, data.text]);
  const lookAt = (nowMs: number) =>
    new SecretExpiry(app.app.get(JobSecretStore), app.app.get(Database), () => nowMs).look();
  /** What people see of it. */
  const incident = async () => {
    await app.app.get(AlertEngine).turn();
    const { rows } = await app.database.pool.query(
      `SELECT i.title, i.state FROM incident i WHERE i.title LIKE '%password of corp%' ORDER BY number DESC LIMIT 1`,
    );
    return rows[0];
  };

  it('is told two weeks before, once, and is over with the next', async () => {
    await set('corp\\etl', { expiresAt: new Date(atMs).toISOString() }, 'account');
    await lookAt(atMs - 14 * dayMs - 1);
    expect(await signals()).toEqual([]);
    await lookAt(atMs - 14 * dayMs);
    expect(await signals()).toEqual([
      [false, 'expiry:account/corp\\etl', `the password of corp\\etl is over at ${new Date(atMs).toISOString()}`],
    ]);
    expect(await incident()).toMatchObject({ state: 'firing', title: expect.stringContaining('is over at') });
    await lookAt(atMs - dayMs);
    expect(await incident()).toMatchObject({ state: 'firing' });
    await app.app
      .get(JobSecretStore)
      .put({ purpose: 'account', shown: 'corp\\etl', value: 'n', expiresAt: null }, 'ann');
    await lookAt(atMs - dayMs);
    expect(await incident()).toMatchObject({ state: 'resolved' });
  });
});

describe('at each start', () => {
  const check = (secrets: Pick<JobSecretStore, 'sealed'> = app.app.get(JobSecretStore)) =>
    new VaultCheck(
      secrets as JobSecretStore,
      app.app.get(Signer),
      app.app.get(Database),
      () => 0,
    ).onApplicationBootstrap();

  it('what stands there is ciphertext, or the server does not start', async () => {
    await check();
    await app.database.pool.query(
      `INSERT INTO job_secret (purpose, name_key, name, version, sealed, jobs, author) VALUES ('secret', 'bare', 'bare', 1, 'plain text', '{}', 'x')`,
    );
    await expect(check()).rejects.toThrow(/job_secret: expected ciphertext, found something else for secret bare/);
    await app.database.pool.query(`DELETE FROM job_secret WHERE name_key = 'bare'`);
  });

  it('another vault key is told, and is no reason not to start', async () => {
    const { rows } = await app.database.pool.query(`SELECT sealed FROM job_secret WHERE name_key = 'etl-token'`);
    await app.database.pool.query(`UPDATE job_secret SET version = version + 1 WHERE name_key = 'etl-token'`);
    await check();
    const told = await app.database.pool.query(`SELECT data FROM alert_signal WHERE data->>'part' = 'vault'`);
    expect(told.rows).toMatchObject([
      { data: { ok: false, code: 'secrets_closed', text: expect.stringContaining('secret etl-token') } },
    ]);
    expect(rows).toHaveLength(1);
  });
});

describe('the list', () => {
  it('asks the database as often for many secrets as for one, and says of each what it says alone', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `listed-${index}`);
    for (const name of names) await set(name, { value: 'v4lue-of-it', jobs: ['*'] });
    await apply(names.map((name) => job(`uses-${name}`, name)));
    const asked = vi.spyOn(app.database.pool, 'query');
    const queries = async (limit: number) => {
      asked.mockClear();
      const { items } = await app.call(api.jobSecrets.list, { limit });
      // Others work on the same connections meanwhile.
      const ours = asked.mock.calls.filter(([text]) => /job_secret|host_secret|'runAs'/.test(String(text)));
      return { items, count: ours.length };
    };
    const [one, many] = [await queries(1), await queries(50)];
    asked.mockRestore();
    expect(many.items.length).toBeGreaterThanOrEqual(12);
    expect([one.count, many.count]).toEqual([3, 3]);
    const listed = many.items.find(({ name }) => name === 'listed-3');
    expect(listed).toMatchObject({ usedBy: ['uses-listed-3'], hosts: { total: 2, waiting: 2 } });
    expect(await app.call(api.jobSecrets.get, { purpose: 'secret', name: 'listed-3' })).toEqual(listed);
  });
});
