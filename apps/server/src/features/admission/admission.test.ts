import { api } from '@carillon/contract/http/api';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyFingerprint } from '@carillon/core/host/join-token';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { AcceptedStore } from '../../store/accepted.store.js';
import { acceptFleet, addFleet } from '../../store/testing/fleet.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { AdmissionModule } from './admission.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [HostsModule, AdmissionModule] });
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const { identity, approve, refuse, decommission, rotateKey } = api.admission;
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
const fingerprint = keyFingerprint('k', sha256Hex);
const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'it was done',
    (error: { body?: unknown }) => error.body,
  );

async function waits(name: string): Promise<void> {
  await addFleet(app.database, [{ name }]);
  await sql(`UPDATE host SET state = 'pending', joined_from = '10.1.2.3' WHERE name = $1`, [name]);
}

async function works(name: string): Promise<string> {
  const fleet = [{ name }];
  const [id = ''] = await addFleet(app.database, fleet);
  await acceptFleet(app.database, app.app.get(AcceptedStore), fleet, [id]);
  return id;
}

describe('letting a host in', () => {
  it('shows who waits with the key to compare, and lets in only that key', async () => {
    await waits('web-1');
    const { items } = await app.call(api.hosts.list, { state: 'pending' });
    expect(items).toMatchObject([{ name: 'web-1', keyFingerprint: fingerprint, joinedFrom: '10.1.2.3' }]);
    const other = await failure(app.call(approve, { name: 'web-1', body: { fingerprint: 'ffff-ffff' } }));
    expect(other).toMatchObject({ code: 'conflict', params: { fingerprint } });
    const written = fingerprint.toUpperCase().replaceAll('-', ':');
    expect(await app.call(approve, { name: 'web-1', body: { fingerprint: written } })).toEqual({
      name: 'web-1',
      keyFingerprint: fingerprint,
    });
    expect(await app.call(identity, { name: 'web-1' })).toMatchObject({ state: 'active', copies: [] });
    expect(await failure(app.call(refuse, { name: 'web-1' }))).toMatchObject({ code: 'conflict' });
  });

  it('or sends it away, and nothing of it is left', async () => {
    await waits('web-2');
    await app.call(refuse, { name: 'web-2' });
    expect(await failure(app.call(identity, { name: 'web-2' }))).toMatchObject({ code: 'not_found' });
    expect(await failure(app.call(refuse, { name: 'web-2' }))).toMatchObject({ code: 'not_found' });
  });

  it('waiting hosts are in no count, and take no part', async () => {
    await waits('web-3');
    expect(await failure(app.call(rotateKey, { name: 'web-3' }))).toMatchObject({ params: { state: 'pending' } });
    expect(await failure(app.call(decommission, { name: 'web-3', body: {} }))).toMatchObject({
      params: { state: 'pending' },
    });
  });
});

describe('taking a host out', () => {
  it('ends what waits for it and what fires there, and keeps it to be read when asked for', async () => {
    const id = await works('db-1');
    const job = '01890000-0000-7000-8000-0000000000aa';
    await sql(`INSERT INTO job (id, name, name_key, current_version) VALUES ($1, 'j', 'j', 1)`, [job]);
    await sql(`INSERT INTO assignment (job_id, host_id, version, manifest_hash) VALUES ($1, $2, 1, '')`, [job, id]);
    await sql(
      `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
       VALUES (gen_random_uuid(), $1, $2, 'run', '{}', '', 'test', now() + interval '1 hour')`,
      [id, job],
    );
    expect(await app.call(decommission, { name: 'db-1', body: {} })).toEqual({
      name: 'db-1',
      state: 'decommissioning',
    });
    expect(await sql('SELECT state, code FROM command WHERE host_id = $1', [id])).toEqual([
      { state: 'rejected', code: 'host_leaves' },
    ]);
    // Its agent does not come: the harder way.
    expect(await failure(app.call(decommission, { name: 'db-1', body: {} }))).toMatchObject({ code: 'conflict' });
    expect(await app.call(decommission, { name: 'db-1', body: { force: true } })).toMatchObject({ state: 'retired' });
    expect(await sql('SELECT FROM assignment WHERE host_id = $1', [id])).toEqual([]);
    const names = async (query: object) => (await app.call(api.hosts.list, query)).items.map(({ name }) => name);
    expect(await names({})).not.toContain('db-1');
    expect(await names({ state: 'retired' })).toEqual(['db-1']);
    expect(await app.call(identity, { name: 'db-1' })).toMatchObject({
      state: 'retired',
      retiredAt: expect.any(String),
    });
  });

  it('leaves rows in the audit for what was asked and what came of it', async () => {
    await works('db-2');
    await app.call(decommission, { name: 'db-2', body: { force: true } });
    const rows = (await sql('SELECT body FROM audit_entry ORDER BY seq')).map(({ body }) => JSON.parse(body));
    expect(rows.filter(({ what }) => what === 'db-2').map(({ act }) => act)).toEqual(['decommissioned', 'retired']);
  });
});
