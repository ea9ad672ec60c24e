import type { Body } from '@carillon/contract/agent/catalog';
import { api } from '@carillon/contract/http/api';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { makeSealKeys, openSealed } from '@carillon/core/secrets/hpke';
import { boundTo, sealedSecrets, sealKeyText } from '@carillon/core/secrets/secret-use';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AgentLink } from '../../gateway/agent-link.js';
import { GatewayModule } from '../../gateway/gateway.module.js';
import { SecretDelivery } from '../../gateway/secret-delivery.service.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { HostSecretStore } from '../../store/host-secret.store.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobSecretsModule } from './job-secrets.module.js';

const account = 'corp\\etl';
let test: TestDatabase;
let app: TestApp;
let hosts: TriedHost[];
let jobId: string;

/** What the gateway sees of a host, and the key to which its passwords are sealed. */
class TriedHost {
  private readonly keys = makeKeyPair();
  private readonly sealKeys = makeSealKeys();
  private readonly sent: Body<'secrets.state'>[] = [];
  private readonly link: AgentLink;

  constructor(
    readonly hostId: string,
    readonly name: string,
  ) {
    const send = (_name: string, body: unknown) => this.sent.push(body as Body<'secrets.state'>);
    this.link = { hostId, name, fence: 0, capabilities: [sealedSecrets], open: true, send } as unknown as AgentLink;
  }

  /** Before the book begins, which takes the host as it stands there. */
  async join(): Promise<void> {
    const { publicKey } = this.keys;
    await app.database.pool.query('UPDATE host SET public_key = $2 WHERE id = $1', [this.hostId, publicKey]);
  }

  async tellKey(): Promise<void> {
    const key = this.sealKeys.publicKey;
    const signature = signText(this.keys.privateKey, 'carillon/v1/seal-key', sealKeyText(this.hostId, key));
    await app.app.get(HostSecretStore).noteKey(this, { key, signature });
  }

  /** Asks for the password. @returns it, or why it is not given */
  async ask(): Promise<string> {
    const { hostId } = this;
    const use = { purpose: 'account', name: account, jobId, version: 1 } as const;
    await app.app.get(SecretDelivery).hand(this.link, { uses: [{ ...use, have: null }] }, 're');
    const [item] = this.sent.at(-1)?.items ?? [];
    if (item?.valueVersion == null || item.sealed === undefined) return item?.code ?? 'nothing';
    const bound = boundTo({ ...use, valueVersion: item.valueVersion, hostId });
    return openSealed(this.sealKeys.privateKey, Buffer.from(item.sealed, 'base64'), bound);
  }

  tell(state: 'verified' | 'failed' | 'waiting', version: number | null, code?: string): Promise<void> {
    const item = { purpose: 'account', name: account, state, version, ...(code ? { code } : {}) } as const;
    return app.app.get(SecretDelivery).noteStatus(this.link, { items: [item] });
  }
}

beforeAll(async () => {
  test = await cloneDatabase();
  app = await startTestApp(test.url, { modules: [ApplyModule, JobSecretsModule, GatewayModule] });
  const names = ['DB01', 'DB02', 'DB03'];
  const ids = await addFleet(
    app.database,
    names.map((name) => ({ name })),
  );
  hosts = ids.map((id, index) => new TriedHost(id, names[index] ?? ''));
  for (const host of hosts) await host.join();
  for (const host of hosts) await host.tellKey();
  await app.call(api.jobs.apply, { body: { documents: [jobFile('load', { runAs: 'user:CORP\\etl' })] } });
  jobId = (await app.database.pool.query('SELECT id FROM job')).rows[0].id;
});
afterAll(async () => {
  await app.close();
  await test.drop();
});

const set = (value: string) =>
  app.call(api.jobSecrets.set, { body: { purpose: 'account', name: account, value, jobs: ['load'] } });
const later = (minutes: number) =>
  app.database.pool.query(`UPDATE job_secret SET tried_at = tried_at - $1 * interval '1 minute'`, [minutes]);
const hinted = () => app.hints.filter(({ kind }) => kind === 'secret').at(-1)?.hostIds;

it('a new password is tried by one host, and by the others once Windows took it there', async () => {
  const [first, second, third] = hosts as [TriedHost, TriedHost, TriedHost];
  await set('one');
  const both = await Promise.all([first.ask(), second.ask(), third.ask()]);
  expect(both.sort()).toEqual(['one', 'tried_elsewhere', 'tried_elsewhere']);
  await set('two');
  expect(await first.ask()).toBe('two');
  expect(await second.ask()).toBe('tried_elsewhere');
  // The one that tries may ask again.
  expect(await first.ask()).toBe('two');
  for (const host of [second, third]) await host.tell('waiting', null, 'tried_elsewhere');
  await first.tell('verified', 2);
  expect([...(hinted() ?? [])].sort()).toEqual([second.hostId, third.hostId].sort());
  expect(await second.ask()).toBe('two');
  expect(await third.ask()).toBe('two');
});

it('a mistyped one stays with the host that tried it, for as long as domains remember', async () => {
  const [first, second, third] = hosts as [TriedHost, TriedHost, TriedHost];
  await set('mistyped');
  expect(await second.ask()).toBe('mistyped');
  await second.tell('failed', 3);
  await later(29);
  expect(await first.ask()).toBe('tried_elsewhere');
  await later(1);
  expect(await first.ask()).toBe('mistyped');
  expect(await third.ask()).toBe('tried_elsewhere');
  // The next one is not kept back by it.
  await set('right');
  expect(await third.ask()).toBe('right');
});

it('a host that does not tell is not waited for', async () => {
  const [first, , third] = hosts as [TriedHost, TriedHost, TriedHost];
  await set('another');
  expect(await third.ask()).toBe('another');
  expect(await first.ask()).toBe('tried_elsewhere');
  await later(2);
  expect(await first.ask()).toBe('another');
});
