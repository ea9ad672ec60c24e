import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CentralSecrets } from '@carillon/agent/accounts/central-secrets';
import { PasswordFile } from '@carillon/agent/accounts/password-file';
import type { Body } from '@carillon/contract/agent/catalog';
import { api } from '@carillon/contract/http/api';
import { signText } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { makeSealKeys, openSealed, sealTo } from '@carillon/core/secrets/hpke';
import { boundTo, sealedSecrets, sealedText, sealKeyText } from '@carillon/core/secrets/secret-use';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { EnrolmentTokensModule } from '@carillon/server/features/enrolment-tokens/enrolment-tokens.module';
import { JobSecretsModule } from '@carillon/server/features/job-secrets/job-secrets.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { GatewayModule } from '@carillon/server/gateway/gateway.module';
import { SigningWatch } from '@carillon/server/gateway/signing-watch.service';
import { type AgentIdentity, facts, ScriptedAgent } from '@carillon/server/gateway/testing/scripted-agent';
import { startTestApp, type TestApp } from '@carillon/server/http/testing/test-app';
import { Signer } from '@carillon/server/shared/signer';
import { SigningAlarmStore } from '@carillon/server/store/signing-alarm.store';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** Whoever can write Postgres, and reads neither the memory nor the disk of servers and hosts. */
const stranger = makeSealKeys();
const value = 'T0p-s3cret-value';
const other = 'an0ther-value-of-another';

let app: TestApp;
let drop: () => Promise<void>;
let folder: string;
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
const looked = async () => (await app.app.get(SigningWatch).look()).join('; ');

/** An agent that says what a test tells it to, with the part of the real one that keeps secrets. */
class VaultHost {
  readonly sealKeys = makeSealKeys();
  readonly secrets: PasswordFile;
  readonly central: CentralSecrets;
  readonly statuses: Body<'secrets.status'>[] = [];
  manifests: Manifest[] = [];

  private constructor(
    readonly agent: ScriptedAgent,
    readonly identity: AgentIdentity,
    readonly name: string,
  ) {
    const { privateKey } = identity.keys;
    this.secrets = new PasswordFile(join(folder, `${name}-secrets.json`), privateKey, 'secret');
    this.central = new CentralSecrets({
      agentId: identity.agentId,
      hostName: () => name,
      privateKey,
      sealKeys: this.sealKeys,
      trust: () => ({ signerKeys: [app.app.get(Signer).publicKey] }),
      secrets: this.secrets,
      passwords: new PasswordFile(join(folder, `${name}-passwords.json`), privateKey),
      registered: () => [],
      log: { info: () => undefined, warn: () => undefined },
    });
    this.central.attach({
      key: (body) => void agent.send('secrets.key', body),
      get: (body) => void agent.send('secrets.get', body),
      status: (body) => {
        this.statuses.push(body);
        agent.send('secrets.status', body);
      },
    });
  }

  static async join(name: string, labels: Record<string, string>): Promise<VaultHost> {
    const { token } = await app.call(api.hosts.createToken, { body: { labels } });
    const port = Number(new URL(app.origin).port);
    const agent = await ScriptedAgent.dial(port);
    const identity = await agent.enroll(token, { hostname: name });
    const host = new VaultHost(agent, identity, name);
    await agent.hello(identity, { facts: { ...facts, hostname: name, capabilities: ['secrets', sealedSecrets] } });
    return host;
  }

  /** Takes up its definitions and what they need, as after a change. */
  async follow(): Promise<void> {
    this.agent.send('desired.get', { rev: 0, haveManifests: [] });
    const { body } = await this.agent.take('desired.state');
    this.manifests = body.manifests.map(({ text }) => JSON.parse(text) as Manifest);
    const wanted = this.central.want(this.manifests);
    if (this.manifests.some(({ run }) => run.secrets)) await this.answer();
    await wanted;
  }

  async noticed(): Promise<void> {
    this.central.onNotice((await this.agent.take('secrets.notice')).body);
    await this.agent.barrier();
  }

  async answer(): Promise<Body<'secrets.state'>> {
    const { body } = await this.agent.take('secrets.state');
    this.central.onState(body);
    return body;
  }

  /** Asks as somebody might who writes the agent himself. */
  async demands(uses: Body<'secrets.get'>['uses']): Promise<Body<'secrets.state'>['items']> {
    this.agent.send('secrets.get', { uses });
    return (await this.agent.take('secrets.state')).body.items;
  }

  use(name = 'token', job = 'etl-load') {
    const { jobId, version } = this.manifests.find((each) => each.name === job) ?? { jobId: '', version: 0 };
    return { purpose: 'secret' as const, name, jobId, version, have: null };
  }

  valueOf(name = 'token', job = 'etl-load'): string | undefined {
    return this.secrets.get(name, this.use(name, job).jobId);
  }
}

let db: VaultHost;
let web: VaultHost;
const secretJob = (name: string, secret: string, changes: object = {}) =>
  jobFile(name, {
    targets: { labels: { role: 'db' } },
    run: { program: 'C:\\etl.exe', environment: { TOKEN: { secret } } },
    ...changes,
  });
const apply = (documents: object[]) => app.call(api.jobs.apply, { body: { documents } });
const set = (name: string, body: object) =>
  app.call(api.jobSecrets.set, { body: { purpose: 'secret', name, ...body } });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-vault-'));
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [ApplyModule, EnrolmentTokensModule, JobSecretsModule, GatewayModule],
  });
  app.app.get(AgentGateway).attach(app.app.getHttpServer());
  db = await VaultHost.join('DB-01', { role: 'db' });
  web = await VaultHost.join('WEB-01', { role: 'web' });
  await db.noticed();
  await web.noticed();
  // Named before it is handed over: so may a job of the time when there were the hosts' own secrets alone.
  await apply([
    secretJob('etl-load', 'token'),
    secretJob('nightly', 'token'),
    jobFile('site', { targets: { labels: { role: 'web' } } }),
  ]);
  await set('token', { value: 'the-first-value', jobs: ['etl-*'] });
  await set('other', { value: other, jobs: ['site'] });
  await db.follow();
  await web.follow();
  expect(db.valueOf()).toBe('the-first-value');
});
afterAll(async () => {
  await db?.agent.hangUp();
  await web?.agent.hangUp();
  await app?.close();
  await drop?.();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  (Reflect.get(app.app.get(SigningAlarmStore), 'told') as Map<string, number>).clear();
});

describe('a secret of the centre', () => {
  it('is rotated everywhere, and the centre knows who has which', async () => {
    const old = (await sql(`SELECT encode(sealed, 'hex') AS sealed FROM job_secret WHERE name_key = 'token'`))[0]
      .sealed;
    await set('token', { value });
    await db.noticed();
    await db.answer();
    expect(db.valueOf()).toBe(value);
    const standing = () => app.call(api.jobSecrets.get, { purpose: 'secret', name: 'TOKEN' });
    await vi.waitFor(async () =>
      expect(await standing()).toMatchObject({ version: 2, usedBy: ['etl-load', 'nightly'], notFor: ['nightly'] }),
    );
    expect(old).not.toBe(
      (await sql(`SELECT encode(sealed, 'hex') AS sealed FROM job_secret WHERE name_key = 'token'`))[0].sealed,
    );
  });

  it('is nowhere in the database, neither as text nor as bytes', async () => {
    const tables = (await sql(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)).map(
      ({ name }) => name,
    );
    expect(tables).toContain('job_secret');
    const forms = [
      value,
      other,
      Buffer.from(value).toString('hex'),
      Buffer.from(value).toString('base64').slice(0, 18),
    ];
    for (const table of tables)
      for (const form of forms)
        expect([
          table,
          await sql(`SELECT 1 FROM "${table}" t WHERE position($1 IN t::text) > 0 LIMIT 1`, [form]),
        ]).toEqual([table, []]);
  });

  it('of another job does not open, nor on another host', async () => {
    const [item] = await db.demands([db.use()]);
    const sealed = Buffer.from(item?.sealed ?? '', 'base64');
    const about = {
      purpose: 'secret',
      name: 'token',
      valueVersion: 2,
      hostId: db.identity.agentId,
      ...idsOf(item),
    } as const;
    expect(openSealed(db.sealKeys.privateKey, sealed, boundTo(about))).toBe(value);
    for (const changed of [{ jobId: web.use('x', 'site').jobId }, { version: 2 }, { hostId: web.identity.agentId }])
      expect(() => openSealed(db.sealKeys.privateKey, sealed, boundTo({ ...about, ...changed }))).toThrow();
    for (const key of [web.sealKeys, stranger])
      expect(() => openSealed(key.privateKey, sealed, boundTo(about))).toThrow();
  });
});

describe('rows changed straight in Postgres', () => {
  it('the key of a host: values go to the key that the host told, and people are told', async () => {
    const [before] = await sql('SELECT key, signature FROM host_seal_key WHERE host_id = $1', [db.identity.agentId]);
    await sql('UPDATE host_seal_key SET key = $2 WHERE host_id = $1', [db.identity.agentId, stranger.publicKey]);
    const [item] = await db.demands([db.use()]);
    const about = {
      purpose: 'secret',
      name: 'token',
      valueVersion: 2,
      hostId: db.identity.agentId,
      ...idsOf(item),
    } as const;
    const sealed = Buffer.from(item?.sealed ?? '', 'base64');
    expect(() => openSealed(stranger.privateKey, sealed, boundTo(about))).toThrow();
    expect(openSealed(db.sealKeys.privateKey, sealed, boundTo(about))).toBe(value);
    expect(await looked()).toContain('host DB-01 did not tell this key for its secrets');
    await sql('UPDATE host_seal_key SET key = $2 WHERE host_id = $1', [db.identity.agentId, before.key]);
    expect(await looked()).toBe('');
  });

  it.each<[string, string, string, string]>([
    [
      'another secret’s ciphertext',
      `UPDATE job_secret SET sealed = (SELECT sealed FROM job_secret WHERE name_key = 'other') WHERE name_key = 'token'`,
      'other_secret',
      'is not what was handed over',
    ],
    [
      'a version that nobody handed over',
      `UPDATE job_secret SET version = 9 WHERE name_key = 'token'`,
      // Its value is the accepted one, and is given as that.
      '',
      'is not what was handed over',
    ],
    [
      'a secret that nobody handed over',
      `INSERT INTO job_secret (purpose, name_key, name, version, sealed, jobs, author) VALUES ('secret', 'made', 'made', 1, '\\x01', '{*}', 'x')`,
      '',
      'secret made: what is stored of it is not what was handed over',
    ],
    ['a secret taken away', `DELETE FROM job_secret WHERE name_key = 'token'`, 'unknown_secret', 'is gone, and nobody'],
  ])('%s: nothing else is given, and people are told', async (_what, attack, code, words) => {
    const saved = await sql(`SELECT * FROM job_secret`);
    await sql(attack);
    const [item] = await db.demands([db.use()]);
    if (code !== '') expect(item).toMatchObject({ valueVersion: null, code });
    else expect(item).toMatchObject({ valueVersion: 2 });
    expect(await looked()).toContain(words);
    expect(db.valueOf()).toBe(value);
    await restore(saved);
    expect(await looked()).toBe('');
  });

  it('the value before, put back: it is known to be another', async () => {
    const saved = await sql(`SELECT * FROM job_secret`);
    await set('token', { value: 'the-third-value' });
    await db.noticed();
    await db.answer();
    const [now] = await sql(`SELECT * FROM job_secret WHERE name_key = 'token'`);
    await restore(saved);
    expect((await db.demands([db.use()]))[0]).toMatchObject({ valueVersion: null, code: 'other_secret' });
    expect(await looked()).toContain('secret token: what is stored of it is not what was handed over');
    expect(db.valueOf()).toBe('the-third-value');
    await restore([...saved.filter(({ name_key }) => name_key !== 'token'), now]);
    expect(await looked()).toBe('');
  });

  it('further jobs that it is for: the book says which', async () => {
    await sql(`UPDATE job_secret SET jobs = '{*}' WHERE name_key = 'token'`);
    expect((await db.demands([db.use('token', 'nightly')]))[0]).toMatchObject({
      valueVersion: null,
      code: 'not_for_job',
    });
    expect(await looked()).toContain('secret token: nobody allowed it to these jobs');
    await sql(`UPDATE job_secret SET jobs = '{etl-*}' WHERE name_key = 'token'`);
    expect(await looked()).toBe('');
  });

  it('an assignment to another host: its agent is given nothing', async () => {
    const { jobId } = db.use();
    await sql(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash)
       SELECT job_id, $1, version, manifest_hash FROM assignment WHERE job_id = $2`,
      [web.identity.agentId, jobId],
    );
    expect((await web.demands([db.use()]))[0]).toMatchObject({ valueVersion: null, code: 'other_target' });
    expect(await looked()).toContain('job etl-load is not for it');
    await sql('DELETE FROM assignment WHERE job_id = $1 AND host_id = $2', [jobId, web.identity.agentId]);
    expect(await looked()).toBe('');
  });

  it('a definition that names it: only accepted ones count', async () => {
    const { jobId } = web.use('x', 'site');
    const [{ manifest }] = await sql('SELECT manifest FROM job_version WHERE job_id = $1', [jobId]);
    const changed = JSON.parse(manifest);
    changed.run.secrets = { stdin: 'token' };
    await rewrite(jobId, JSON.stringify(changed));
    expect((await web.demands([web.use('token', 'site')]))[0]).toMatchObject({ code: 'bad_manifest' });
    expect(await looked()).not.toBe('');
    await rewrite(jobId, manifest);
    expect(await looked()).toBe('');
  });
});

describe('whoever writes an agent himself', () => {
  it('and asks for what is another host’s is given nothing', async () => {
    expect((await web.demands([db.use()]))[0]).toMatchObject({ valueVersion: null, code: 'other_target' });
  });

  it('and has a host’s row, but not its key, is known by his signature', async () => {
    const { agentId } = db.identity;
    const own = (await sql('SELECT public_key FROM host WHERE id = $1', [agentId]))[0].public_key;
    const thief = await ScriptedAgent.dial(Number(new URL(app.origin).port));
    const { agentId: stolen, keys } = web.identity;
    await sql('UPDATE host SET public_key = $2 WHERE id = $1', [agentId, keys.publicKey]);
    await thief.hello(
      { agentId, keys },
      { facts: { ...facts, hostname: 'DB-01', capabilities: ['secrets', sealedSecrets] } },
    );
    expect(stolen).not.toBe(agentId);
    const key = stranger.publicKey;
    const signature = signText(keys.privateKey, 'carillon/v1/seal-key', sealKeyText(agentId, key));
    thief.send('secrets.key', { key, signature });
    thief.send('secrets.get', { uses: [db.use()] });
    const { body } = await thief.take('secrets.state');
    const item = body.items[0];
    const about = { purpose: 'secret', name: 'token', valueVersion: 3, hostId: agentId, ...idsOf(item) } as const;
    expect(item?.valueVersion).toBe(3);
    expect(() => openSealed(stranger.privateKey, Buffer.from(item?.sealed ?? '', 'base64'), boundTo(about))).toThrow();
    expect(await looked()).toContain('its key is not the one that it joined with');
    await sql('UPDATE host SET public_key = $2 WHERE id = $1', [agentId, own]);
    await thief.hangUp();
    expect(await looked()).toBe('');
  });
});

it('a host takes no value that the centre has not signed: anybody can seal to its key', () => {
  const { have: _have, ...use } = db.use();
  const about = { ...use, valueVersion: 9, hostId: db.identity.agentId };
  const sealed = sealTo(db.sealKeys.publicKey, 'of-a-stranger', boundTo(about)).toString('base64');
  const signature = signText(web.identity.keys.privateKey, 'carillon/v1/sealed-secret', sealedText(about, sealed));
  db.central.onState({ items: [{ ...use, valueVersion: 9, sealed, signature }], last: true });
  expect(db.valueOf()).toBe('the-third-value');
  expect(db.statuses.at(-1)?.items).toMatchObject([{ name: 'token', state: 'failed', code: 'bad_signature' }]);
});

function idsOf(item: { jobId: string; version: number } | undefined) {
  return { jobId: item?.jobId ?? '', version: item?.version ?? 0 };
}

/** Triggers do not hold whoever owns the database. */
async function rewrite(jobId: string, manifest: string): Promise<void> {
  const client = await app.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = 'replica'`);
    await client.query('UPDATE job_version SET manifest = $2 WHERE job_id = $1', [jobId, manifest]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function restore(rows: readonly object[]): Promise<void> {
  await sql('DELETE FROM job_secret');
  for (const row of rows as Record<string, unknown>[]) {
    const names = Object.keys(row);
    await sql(
      `INSERT INTO job_secret (${names.join(', ')}) VALUES (${names.map((_name, at) => `$${at + 1}`).join(', ')})`,
      Object.values(row),
    );
  }
}
