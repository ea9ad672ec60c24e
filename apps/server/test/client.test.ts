import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CarillonError, type Client, createClient, each } from '@carillon/client';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWorthAgain, waitMs } from '../../../packages/client/src/retry.js';
import { clientSource } from '../../../tools/client/client-source.mjs';
import { ApplyModule } from '../src/features/apply/apply.module.js';
import { IncidentsModule } from '../src/features/incidents/incidents.module.js';
import { JobsModule } from '../src/features/jobs/jobs.module.js';
import { RunsModule } from '../src/features/runs/runs.module.js';
import { startTestApp, type TestApp } from '../src/http/testing/test-app.js';
import { openApiDocument } from '../src/observability/openapi.js';
import { addAlert, addIncident } from '../src/store/testing/incidents.js';

const repository = resolve(import.meta.dirname, '../../..');

let database: TestDatabase;
let app: TestApp;
let client: Client;
beforeAll(async () => {
  database = await cloneDatabase();
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule, IncidentsModule, RunsModule] });
  client = createClient({ baseUrl: app.origin, token: app.token });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const job = (name: string) => ({ kind: 'Job', name, targets: { all: true }, schedule: '0 2 * * *', run: 'x.exe' });
async function refused(call: Promise<unknown>): Promise<CarillonError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CarillonError);
  return error as CarillonError;
}

async function firingIncident(severity: 'low' | 'high' = 'low'): Promise<number> {
  const { id, number } = await addIncident(app.database, { severity });
  await addAlert(app.database, { incidentId: id }, { what: String(number) });
  return number;
}

describe('packages/client', () => {
  it('is what the OpenAPI document says', () => {
    const file = readFileSync(join(repository, 'packages/client/src/generated/api.ts'), 'utf8');
    const expected = clientSource(openApiDocument(app.origin) as never);
    expect(file === expected, 'out of date: npx turbo run build --filter=@carillon/client').toBe(true);
  });

  it('applies documents, and lists them page by page', async () => {
    const { results } = await client.jobs.apply({
      body: { documents: [job('a'), job('夜间 b&c'), job('d')], allowNoHosts: true },
    });
    expect(results.map(({ change }) => change)).toEqual(['created', 'created', 'created']);
    const names: string[] = [];
    for await (const { name } of each(client.jobs.list, { limit: 2, nextFire: true })) names.push(name);
    expect(names.sort()).toEqual(['a', 'd', '夜间 b&c']);
    expect((await client.jobs.get({ name: '夜间 b&c' })).name).toBe('夜间 b&c');
    expect(await client.runs.table()).toMatch(/^started,ended,state,/);
  });

  it('tells why something was refused', async () => {
    const missing = await refused(client.jobs.get({ name: 'none' }));
    expect(missing).toMatchObject({ status: 404, code: 'not_found', call: 'GET /api/v1/jobs/{name}' });
    const wrong = await refused(client.jobs.apply({ body: { documents: [{ ...job('e'), schedule: '0 25 * * *' }] } }));
    expect(wrong).toMatchObject({ status: 400, code: 'invalid' });
    expect(wrong.params.problems?.[0]?.path).toContain('schedule');
    await expect(client.jobs.get({ name: '' })).rejects.toThrow('GET /api/v1/jobs/{name}: expected name');
    const stranger = createClient({ baseUrl: app.origin, token: 'x' });
    expect(await refused(stranger.jobs.list())).toMatchObject({ status: 401, code: 'not_signed_in' });
    expect(() => createClient({ baseUrl: 'carillon.example' })).toThrow();
    expect(() => createClient({ baseUrl: 'https://carillon.example/?x' })).toThrow('baseUrl: expected');
  });

  it('carries out once what it asks for twice, since the answer was lost', async () => {
    const number = await firingIncident();
    let calls = 0;
    const losing: typeof fetch = async (...call) => {
      const answer = await fetch(...call);
      calls += 1;
      if (calls === 1) throw new TypeError('the connection was lost');
      return answer;
    };
    const unlucky = createClient({ baseUrl: app.origin, token: () => app.token, fetch: losing });
    await unlucky.incidents.note({ number, body: { text: 'disk replaced' } });
    expect(calls).toBe(2);
    const { items } = await client.incidents.log({ number });
    expect(items.filter(({ code }) => code === 'note')).toHaveLength(1);
    calls = 0;
    await expect(unlucky.jobs.run({ name: 'a' })).rejects.toThrow('the connection was lost');
    expect(calls).toBe(1);
  });

  it('acknowledges with a key of the caller, and stops with his signal', async () => {
    const number = await firingIncident();
    const ack = (note: string) =>
      client.incidents.acknowledge({ number, body: { note } }, { idempotencyKey: `ack-${number}` });
    const first = await ack('HD-17');
    expect(first).toMatchObject({ number, state: 'acked', acknowledgedBy: 'admin' });
    expect(await ack('HD-17')).toEqual(first);
    expect(await refused(ack('HD-18'))).toMatchObject({ status: 422, params: { code: 'other_request' } });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client.incidents.list({}, { signal })).rejects.toThrow('enough');
  });

  it('has an example that runs as it would where the package is installed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-client-'));
    mkdirSync(join(folder, 'node_modules/@carillon'), { recursive: true });
    symlinkSync(join(repository, 'packages/client'), join(folder, 'node_modules/@carillon/client'), 'junction');
    copyFileSync(join(repository, 'examples/client/who-waits.mjs'), join(folder, 'who-waits.mjs'));
    const env = { ...process.env, CARILLON_SERVER: app.origin, CARILLON_TOKEN: app.token };
    const number = await firingIncident('high');
    const { stdout } = await promisify(execFile)(process.execPath, ['who-waits.mjs', '--ack', 'HD-19'], {
      cwd: folder,
      env,
    });
    expect(stdout).toContain(`#${number} high `);
    expect(stdout).toContain('no bad runs since');
    expect((await client.incidents.get({ number })).acknowledgedBy).toBe('admin');
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('trying again', () => {
  const answer = (status: number, code?: string) =>
    new CarillonError(status, { code: 'conflict', params: { code }, message: '' }, '', undefined);
  it('is for what reads or has a key, where it may end otherwise', () => {
    const read = { method: 'GET' };
    const keyed = { method: 'POST', key: true } as const;
    expect(isWorthAgain(read, new TypeError(''), 0)).toBe(true);
    expect(isWorthAgain(keyed, answer(503), 0)).toBe(true);
    for (const error of [new TypeError(''), answer(503), answer(429)])
      expect(isWorthAgain({ method: 'POST' }, error, 0)).toBe(false);
    for (const status of [400, 401, 403, 404, 409, 422, 500]) expect(isWorthAgain(read, answer(status), 0)).toBe(false);
    expect(isWorthAgain(keyed, answer(409, 'under_way'), 0)).toBe(false);
    expect(isWorthAgain(keyed, answer(409, 'under_way'), 1)).toBe(true);
    expect(isWorthAgain(keyed, answer(409, 'comment_required'), 1)).toBe(false);
  });

  it('waits longer each time, or as long as it was asked to', () => {
    expect([0, 1, 2, 9].map((attempt) => waitMs(attempt, undefined, 0))).toEqual([500, 1_000, 2_000, 30_000]);
    expect(waitMs(1, undefined, 1)).toBe(500);
    expect([waitMs(0, 7_000), waitMs(0, 3_600_000)]).toEqual([7_000, 60_000]);
  });
});
