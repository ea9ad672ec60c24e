import { randomUUID } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import type { Request, Response, Route } from '@carillon/contract/http/route';
import type { Grant } from '@carillon/core/access/grant';
import { type Approval, type SignedApproval, signApproval } from '@carillon/core/approval/signed-approval';
import { type Otherwise, SoftAuthenticator } from '@carillon/core/approval/testing/soft-authenticator';
import { canonicalJson, sha256Hex } from '@carillon/core/desired/canonical-json';
import { type KeyPair, makeKeyPair } from '@carillon/core/desired/signing';
import { readDocument } from '@carillon/core/document/read-document';
import { asJson, makeManifest } from '@carillon/core/job/job-spec';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeApiToken } from '../../http/api-token.js';
import { hashSecret } from '../../http/secrets.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from '../apply/apply.module.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { RequestsModule } from './requests.module.js';

let app: TestApp;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule, HostsModule, RequestsModule] });
  await addFleet(app.database, [
    { name: 'prod-1', labels: { env: 'prod' } },
    { name: 'test-1', labels: { env: 'test' } },
  ]);
  const protect = (required: number) => ({
    kind: 'HostGroup',
    name: 'prod',
    labels: { env: 'prod' },
    approval: { required },
  });
  await apply(as(app.token), [protect(1)]);
  authors.ann = await addPerson('ann', 'editor');
  authors.bob = await addPerson('bob', 'approver');
  authors.cara = await addPerson('cara', 'approver');
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const authors: Record<'ann' | 'bob' | 'cara', string> = { ann: '', bob: '', cara: '' };
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;

function as(token: string) {
  return <R extends Route>(route: R, request: Request<R>): Promise<Response<R>> =>
    callRoute({ baseUrl: app.origin, token }, route, request);
}
type Call = ReturnType<typeof as>;
const apply = (call: Call, documents: object[], more: object = {}) =>
  call(api.jobs.apply, { body: { documents, ...more } });

async function addToken(accountId: string): Promise<string> {
  const { id, token } = makeApiToken();
  await sql(
    `INSERT INTO api_token (id, account_id, name, hash, area, author, expires_at) VALUES ($1, $2, 't', $3, 'all', 'test', now() + interval '1 hour')`,
    [id, accountId, hashSecret(token)],
  );
  return token;
}

async function addPerson(name: string, role: Grant['role'], kind = 'person'): Promise<string> {
  const id = randomUUID();
  const grants: Grant[] = [{ role, scope: { all: true }, runAs: ['system', 'admin', 'service', 'user'] }];
  await sql(`INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1, $2, $2, $3, $4, 'test')`, [
    ...[id, name, kind, JSON.stringify(grants)],
  ]);
  return addToken(id);
}

/** The number of the request that it became. */
async function waits(asked: Promise<unknown>): Promise<number> {
  const error = await asked.then(
    () => new Error('it was not held back'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiFailure) || typeof error.body.params.request !== 'number') throw error;
  return error.body.params.request;
}

const onProd = (name: string, more: object = {}) => jobFile(name, { targets: { labels: { env: 'prod' } }, ...more });
const show = (number: number, call = as(authors.bob)) => call(api.requests.get, { number });
async function approve(number: number, token = authors.bob, planHash?: string) {
  const hash = planHash ?? (await show(number)).planHash;
  return as(token)(api.requests.approve, { number, body: { planHash: hash } });
}
const why = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    (error: ApiFailure) => error.body.params.reason ?? error.body.params.state ?? error.body.code,
  );
const isThere = async (name: string) =>
  (await sql('SELECT FROM job WHERE name = $1 AND deleted_at IS NULL', [name])).length > 0;

describe('a change of protected hosts', () => {
  it('waits, whole, until somebody else approves it, and is then done as its author', async () => {
    const number = await waits(
      apply(as(authors.ann), [onProd('p1'), jobFile('t1', { targets: { hosts: ['test-1'] } })], { reason: 'needed' }),
    );
    expect([await isThere('p1'), await isThere('t1')]).toEqual([false, false]);
    const shown = await show(number);
    expect(shown).toMatchObject({
      state: 'open',
      author: 'ann',
      reason: 'needed',
      groups: ['prod'],
      required: 1,
      refusal: null,
    });
    expect(shown.plan?.results).toMatchObject([
      { name: 'p1', change: 'created', plan: { gained: { hosts: ['prod-1'] }, hosts: ['prod-1'] } },
      { name: 't1', change: 'created' },
    ]);
    expect((await as(authors.cara)(api.requests.list, { state: 'open' })).items.map((one) => one.number)).toContain(
      number,
    );
    expect(await approve(number)).toMatchObject({ state: 'applied', approvals: [{ name: 'bob' }] });
    expect([await isThere('p1'), await isThere('t1')]).toEqual([true, true]);
    const [version] = await sql(
      `SELECT author, written_by FROM job_version v JOIN job j ON j.id = v.job_id WHERE j.name = 'p1'`,
    );
    expect(version).toEqual({ author: 'ann', written_by: 'ann' });
    const rows = await sql(`SELECT body FROM audit_entry ORDER BY seq`);
    const audit = rows.map(({ body }) => JSON.parse(body)).filter(({ kind }) => kind === 'ChangeRequest');
    expect(audit.map(({ act, actor }) => `${actor} ${act}`)).toEqual([
      'ann:t asked for',
      'bob:t approved',
      'bob:t applied',
    ]);
    expect(audit.at(-1).after).toMatchObject({ author: 'ann', approvedBy: ['bob'] });
    expect(await why(approve(number, authors.cara, shown.planHash))).toBe('not_open');
  });

  it('is no request where no protected host is moved, nor in a dry run, which says so', async () => {
    await apply(as(authors.ann), [jobFile('t2', { targets: { hosts: ['test-1'] } })]);
    const { plan } = await apply(as(authors.ann), [onProd('p2')], { dryRun: true, plan: true });
    expect(plan?.approval).toEqual({ required: 1, groups: ['prod'] });
  });

  it('waits in every form: a deletion, labels, the group itself and its protection', async () => {
    const admin = as(app.token);
    const numbers = [
      await waits(admin(api.jobs.remove, { name: 'p1' })),
      await waits(admin(api.hosts.setLabels, { name: 'prod-1', body: { labels: { env: 'test' } } })),
      await waits(admin(api.hosts.setLabels, { name: 'test-1', body: { labels: { env: 'prod' } } })),
      await waits(apply(admin, [{ kind: 'HostGroup', name: 'prod', labels: { env: 'prod' } }])),
      await waits(
        apply(admin, [jobFile('later', { targets: { groups: ['prod'], labels: { env: 'no' } } })], {
          allowNoHosts: true,
        }),
      ),
    ];
    expect(await isThere('p1')).toBe(true);
    expect((await show(numbers[0] ?? 0)).hosts).toEqual(['prod-1']);
    expect(await sql(`SELECT name FROM host WHERE labels->>'env' = 'prod'`)).toEqual([{ name: 'prod-1' }]);
    expect(await sql('SELECT approvals FROM host_group')).toEqual([{ approvals: 1 }]);
    for (const number of numbers.slice(0, 3)) expect((await approve(number)).state).toBe('applied');
    expect(await isThere('p1')).toBe(false);
    expect(await sql(`SELECT name FROM host WHERE labels->>'env' = 'prod'`)).toEqual([{ name: 'test-1' }]);
    for (const [name, env] of [
      ['test-1', 'test'],
      ['prod-1', 'prod'],
    ] as const)
      await approve(await waits(admin(api.hosts.setLabels, { name, body: { labels: { env } } })));
    for (const number of numbers.slice(3))
      await as(authors.bob)(api.requests.reject, { number, body: { reason: 'no' } });
    // What touches neither a membership nor a job asks for nobody.
    await admin(api.hosts.setLabels, { name: 'prod-1', body: { labels: { env: 'prod', rack: '7' } } });
  });

  it('asked for twice is one request', async () => {
    const [one, two] = [
      await waits(apply(as(authors.ann), [onProd('p3')])),
      await waits(apply(as(authors.ann), [onProd('p3')])),
    ];
    expect(two).toBe(one);
    await as(authors.ann)(api.requests.withdraw, { number: one });
    expect(await why(approve(one))).toBe('not_open');
  });
});

describe('who approves', () => {
  it('is another person, whichever way he comes', async () => {
    const cal = randomUUID();
    const grants = JSON.stringify([{ role: 'admin', scope: { all: true } }]);
    await sql(
      `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1, 'cal', 'cal', 'person', $2, 'test')`,
      [cal, grants],
    );
    const [first, second] = [await addToken(cal), await addToken(cal)];
    const number = await waits(apply(as(first), [onProd('p4')]));
    expect(await why(approve(number, first))).toBe('own_request');
    expect(await why(approve(number, second))).toBe('own_request');
    expect(await why(approve(number, await addPerson('ci', 'approver', 'service')))).toBe('no_person');
    expect(await why(approve(number, app.token))).toBe('no_person');
    expect(await why(approve(number, authors.ann))).toBe('no_role');
    expect(await why(as(authors.bob)(api.requests.withdraw, { number }))).toBe('no_role');
    expect(await why(as(second)(api.requests.reject, { number, body: { reason: 'x' } }))).toBe('own_request');
    await as(second)(api.requests.withdraw, { number });
  });
});

describe('two approvals', () => {
  const two = { kind: 'HostGroup', name: 'vault', hosts: ['vault-1'], approval: { required: 2 } };
  const onVault = (name: string, more: object = {}) => jobFile(name, { targets: { hosts: ['vault-1'] }, ...more });
  beforeAll(async () => {
    await addFleet(app.database, [{ name: 'vault-1', labels: {} }]);
    await apply(as(app.token), [two]);
  });

  it('are of two people, and count only while these may approve', async () => {
    const number = await waits(apply(as(authors.ann), [onVault('v1')]));
    expect(await approve(number)).toMatchObject({ state: 'open', approvals: [{ name: 'bob' }] });
    const [bob] = await sql(`SELECT id FROM account WHERE name = 'bob'`);
    expect(await why(approve(number, await addToken(bob.id)))).toBe('already_approved');
    const { grants } = (await sql(`SELECT grants FROM account WHERE name = 'bob'`))[0];
    await sql(`UPDATE account SET grants = '[]' WHERE name = 'bob'`);
    const hash = (await show(number, as(authors.cara))).planHash;
    expect(await approve(number, authors.cara, hash)).toMatchObject({ state: 'open' });
    expect(await isThere('v1')).toBe(false);
    const dan = await addPerson('dan', 'approver');
    expect(await approve(number, dan, hash)).toMatchObject({ state: 'applied' });
    expect(await isThere('v1')).toBe(true);
    await sql(`UPDATE account SET grants = $1 WHERE name = 'bob'`, [JSON.stringify(grants)]);
  });

  it('sign what will be written before it is there, each with a key of his own', async () => {
    const number = await waits(apply(as(authors.ann), [onVault('v3')]));
    const { jobs, planHash, author } = await show(number);
    const [job] = jobs;
    if (!job) throw new Error('expected a job');
    const read = readDocument(onVault('v3'));
    if (!read.ok || read.value.kind !== 'Job') throw new Error('expected a job');
    const manifest = canonicalJson(asJson(makeManifest(job.jobId, job.version, read.value.spec)));
    const sign = (pair: KeyPair, change: Partial<Approval> = {}) =>
      signApproval(pair.privateKey, pair.publicKey, {
        ...{ ...job, manifestHash: sha256Hex(manifest), hosts: ['vault-1'], author, ...change },
      });
    const [bobs, caras] = [makeKeyPair(), makeKeyPair()];
    for (const [name, { publicKey }] of [
      ['bob', bobs],
      ['cara', caras],
    ] as const)
      await sql(`INSERT INTO approver_key (key, account_id, name) SELECT $2, id, 'k' FROM account WHERE name = $1`, [
        name,
        publicKey,
      ]);
    const hand = (token: string, signatures: SignedApproval[]) =>
      as(token)(api.requests.approve, { number, body: { planHash, signatures } });
    for (const wrong of [
      sign(caras),
      sign(bobs, { version: 2 }),
      sign(bobs, { author: 'bob' }),
      { ...sign(bobs), key: caras.publicKey },
    ])
      expect(await why(hand(authors.bob, [wrong]))).toBe('invalid');
    expect((await hand(authors.bob, [sign(bobs)])).state).toBe('open');
    expect((await hand(authors.cara, [sign(caras)])).state).toBe('applied');
    const kept = await sql(
      `SELECT d.key, d.signed_by, v.manifest FROM definition_approval d JOIN job_version v USING (job_id, version)
       JOIN job j ON j.id = v.job_id WHERE j.name = 'v3' ORDER BY d.signed_by`,
    );
    expect(kept).toEqual([
      { key: bobs.publicKey, signed_by: 'bob', manifest },
      { key: caras.publicKey, signed_by: 'cara', manifest },
    ]);
  });

  it('sign what follows from a calendar too, with the days that it would have', async () => {
    const calendar = (days: string) => ({ kind: 'Calendar', name: 'closing', days });
    const schedule = { cron: '0 2 * * *', calendar: '-closing' };
    const written = async (number: number) => {
      const { toSign = [] } = await show(number);
      await approve(number);
      await approve(number, authors.cara);
      const rows = await sql(
        `SELECT v.version, v.manifest_hash AS "manifestHash" FROM job j JOIN job_version v ON v.job_id = j.id WHERE j.name = 'by-days' ORDER BY v.version`,
      );
      return { signed: toSign.map((text) => JSON.parse(text) as object), stored: rows.at(-1) };
    };
    const first = await written(
      await waits(apply(as(authors.ann), [onVault('by-days', { schedule }), calendar('12-25')])),
    );
    const second = await written(await waits(apply(as(authors.ann), [calendar('12-31')])));
    expect([first.stored, second.stored]).toMatchObject([{ version: 1 }, { version: 2 }]);
    for (const { signed, stored } of [first, second])
      expect(signed).toEqual([
        expect.objectContaining({ name: 'by-days', hosts: ['vault-1'], author: 'ann', ...stored }),
      ]);
  });

  it('sign all of it by one touch of a security key, which never goes back', async () => {
    const number = await waits(apply(as(authors.ann), [onVault('v4'), onVault('v5')]));
    const { planHash, toSign = [] } = await show(number);
    expect(toSign.map((text) => JSON.parse(text))).toMatchObject([
      { name: 'v4', version: 1, hosts: ['vault-1'], author: 'ann' },
      { name: 'v5', version: 1, hosts: ['vault-1'], author: 'ann' },
    ]);
    const blue = new SoftAuthenticator('https://carillon.example.com');
    const touch = (otherwise: Otherwise = {}, texts = toSign) =>
      blue.sign('carillon/v1/approval', texts, otherwise).map((signature, index) => ({
        ...{ text: texts[index] ?? '', signature, key: blue.key },
      }));
    const hand = (signatures: SignedApproval[]) =>
      as(authors.bob)(api.requests.approve, { number, body: { planHash, signatures } });
    expect(await why(hand(touch()))).toBe('invalid');
    await sql(
      `INSERT INTO approver_key (key, account_id, name, credential_id, sign_count) SELECT $1, id, 'blue', 'x', 7 FROM account WHERE name = 'bob'`,
      [blue.key],
    );
    // A copy of the key has counted further by now.
    expect(await why(hand(touch()))).toBe('used_before');
    blue.signCount = 10;
    for (const wrong of [touch({ flags: 0x01 }), touch({ client: { origin: 'https://carillon.example.org' } })])
      expect(await why(hand(wrong))).toBe('invalid');
    // What it signs is of this request.
    const [text = ''] = toSign;
    expect(await why(hand(touch({}, [text.replace('"version":1', '"version":2')])))).toBe('invalid');
    const signed = touch();
    expect((await hand(signed)).state).toBe('open');
    expect(await sql('SELECT sign_count::int AS n FROM approver_key WHERE key = $1', [blue.key])).toEqual([
      { n: blue.signCount },
    ]);
    const { planHash: same } = await show(number);
    expect((await approve(number, authors.cara, same)).state).toBe('applied');
    const kept = await sql('SELECT signature FROM definition_approval WHERE key = $1', [blue.key]);
    expect(kept.map(({ signature }) => signature)).toEqual(signed.map(({ signature }) => signature));
  });

  it('at the same moment do it once', async () => {
    const number = await waits(apply(as(authors.ann), [onVault('v2')]));
    const { planHash } = await show(number);
    const answers = await Promise.all([authors.bob, authors.cara].map((token) => approve(number, token, planHash)));
    expect(answers.map(({ state }) => state)).toContain('applied');
    expect((await show(number)).state).toBe('applied');
    expect(await sql(`SELECT version FROM job_version v JOIN job j ON j.id = v.job_id WHERE j.name = 'v2'`)).toEqual([
      { version: 1 },
    ]);
    expect(await sql(`SELECT count(*)::int AS n FROM change_approval WHERE request = $1`, [number])).toEqual([
      { n: 2 },
    ]);
  });
});

describe('what was approved is what is done', () => {
  it('not when something changed meanwhile: the request is stale and says what', async () => {
    const number = await waits(apply(as(authors.ann), [onProd('p5')]));
    const { planHash } = await show(number);
    await addFleet(app.database, [{ name: 'prod-2', labels: { env: 'prod' } }]);
    expect((await show(number)).changes.join()).toMatch(/Job p5: .*prod-2/);
    expect(await why(approve(number, authors.bob, planHash))).toBe('stale');
    expect(await isThere('p5')).toBe(false);
    expect(await show(number)).toMatchObject({ state: 'stale', outcome: expect.stringContaining('prod-2') });
  });

  it('not another difference than the approver has seen', async () => {
    const number = await waits(apply(as(authors.ann), [onProd('p6')]));
    expect(await why(approve(number, authors.bob, '0123456789abcdef'))).toBe('conflict');
    expect((await show(number)).approvals).toEqual([]);
    // Rows are no proof: what somebody wrote into them is shown as what it would do.
    await sql(`UPDATE change_request SET body = replace(body::text, 'p6', 'evil')::jsonb WHERE number = $1`, [number]);
    const shown = await show(number);
    expect(shown.refusal).toBe('stale');
    expect(await why(approve(number, authors.bob, shown.planHash))).toBe('stale');
    expect(await isThere('evil')).toBe(false);
  });

  it('not after a week', async () => {
    const number = await waits(apply(as(authors.ann), [onProd('p7')]));
    const { planHash, createdAt, expiresAt } = await show(number);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(7 * 86_400_000);
    await sql(`UPDATE change_request SET expires_at = now() - interval '1 second' WHERE number = $1`, [number]);
    expect(await why(approve(number, authors.bob, planHash))).toBe('not_open');
    expect((await show(number)).state).toBe('expired');
  });

  it('is carried out by who asks again, where a server stopped before it was', async () => {
    const number = await waits(apply(as(authors.ann), [onProd('p8')]));
    const { planHash } = await show(number);
    await sql(
      `INSERT INTO change_approval (request, account_id, name, plan_hash) SELECT $1, id, name, $2 FROM account WHERE name = 'bob'`,
      [number, planHash],
    );
    expect(await approve(number, authors.bob, planHash)).toMatchObject({ state: 'applied' });
    expect(await isThere('p8')).toBe(true);
  });
});
