import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { makeKeyPair, signText, verifyText } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { sealTo } from '@carillon/core/secrets/hpke';
import { boundTo, sealedText, sealKeyText } from '@carillon/core/secrets/secret-use';
import { expect, it } from 'vitest';
import { silentLog } from '../lib/log.js';
import { findSecrets } from '../runner/run-secrets.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchedulerError, type TaskScheduler } from '../scheduler/task-scheduler.js';
import { agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { loadOrMakeIdentity } from '../state/identity.js';
import { loadOrMakeSealKeys } from '../state/seal-key.js';
import { DesiredSync } from '../sync/desired-sync.js';
import { entryOf, makeDesiredState, makeManifest, signer } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { AccountDesk } from './account-desk.js';
import { CentralSecrets } from './central-secrets.js';
import { PasswordFile } from './password-file.js';

const agentId = '01890000-0000-7000-8000-00000000000a';
type Uses = Body<'secrets.get'>['uses'];
type Item = Body<'secrets.state'>['items'][number];

function makeHost() {
  const folder = agentFolderAt(join(makeTempFolder(), 'agent'));
  prepareAgentFolder(folder);
  const identity = loadOrMakeIdentity(folder);
  const sealKeys = loadOrMakeSealKeys(folder);
  const secrets = new PasswordFile(folder.secrets, identity.privateKey, 'secret');
  const passwords = new PasswordFile(folder.passwords, identity.privateKey);
  const cache = new MemoryDesiredCache();
  const central = new CentralSecrets({
    agentId,
    hostName: () => 'DB01',
    privateKey: identity.privateKey,
    sealKeys,
    trust: () => ({ signerKeys: [signer.publicKey] }),
    secrets,
    passwords,
    registered: () => cache.registered().jobs,
    log: silentLog,
  });
  const said = { keys: [] as Body<'secrets.key'>[], gets: [] as Uses[], statuses: [] as Body<'secrets.status'>[] };
  central.attach({
    key: (body) => said.keys.push(body),
    get: ({ uses }) => said.gets.push(uses),
    status: (body) => said.statuses.push(body),
  });
  /** What the centre answers to what was asked last. */
  const give = (values: Record<string, string>, valueVersion = 1, by = signer) => {
    const items = (said.gets.at(-1) ?? []).map(({ have: _have, ...use }): Item => {
      const value = values[use.name];
      if (value === undefined) return { ...use, valueVersion: null, code: 'not_for_job' };
      const about = { ...use, valueVersion, hostId: agentId };
      const sealed = sealTo(sealKeys.publicKey, value, boundTo(about)).toString('base64');
      const signature = signText(by.privateKey, 'carillon/v1/sealed-secret', sealedText(about, sealed));
      return { ...use, valueVersion, sealed, signature };
    });
    central.onState({ items, last: true });
  };
  const status = () => said.statuses.at(-1)?.items;
  return { folder, identity, sealKeys, secrets, passwords, cache, central, said, give, status };
}

const withSecret = (changes: Partial<Manifest> = {}) =>
  makeManifest({ run: { ...makeManifest().run, secrets: { environment: { TOKEN: 'Token' } } }, ...changes });

it('the key of a host is made once, stays, and is told with its signature where the centre has another', () => {
  const host = makeHost();
  expect(loadOrMakeSealKeys(host.folder).publicKey).toBe(host.sealKeys.publicKey);
  host.central.onNotice({ sealKey: host.sealKeys.publicKey });
  expect(host.said.keys).toEqual([]);
  host.central.onNotice({ sealKey: null });
  const [{ key, signature } = { key: '', signature: '' }] = host.said.keys;
  expect(key).toBe(host.sealKeys.publicKey);
  expect(verifyText(host.identity.publicKey, 'carillon/v1/seal-key', sealKeyText(agentId, key), signature)).toBe(true);
});

it('a secret comes before its job is registered, is there for that job alone, and goes with it', async () => {
  const host = makeHost();
  const [job, other] = [withSecret(), withSecret()];
  host.central.onNotice({ sealKey: null });
  const wanted = host.central.want([job, other]);
  expect(host.said.gets.at(-1)).toMatchObject([
    { name: 'token', jobId: job.jobId, have: null },
    { jobId: other.jobId },
  ]);
  // Not for the other one.
  host.said.gets.push((host.said.gets.at(-1) ?? []).filter(({ jobId }) => jobId === job.jobId));
  host.give({ token: 's3cret-value' });
  await wanted;
  expect(findSecrets(host.folder, job)).toMatchObject({
    ok: true,
    secrets: { environment: { TOKEN: 's3cret-value' } },
  });
  expect(findSecrets(host.folder, other)).toMatchObject({ ok: false, reason: 'secret_missing' });
  expect(readFileSync(host.folder.secrets, 'utf8')).not.toContain('s3cret-value');
  const later = host.central.want([other]);
  host.give({});
  await later;
  expect(findSecrets(host.folder, job)).toMatchObject({ ok: false, reason: 'secret_missing' });
});

it('a newer value takes the place of the one before; an older one, or one of a stranger, does not', async () => {
  const host = makeHost();
  const job = withSecret();
  host.central.onNotice({ sealKey: null });
  const wanted = host.central.want([job]);
  host.give({ token: 'second value' }, 2);
  await wanted;
  expect(host.status()).toEqual([{ purpose: 'secret', name: 'token', state: 'stored', version: 2 }]);
  host.give({ token: 'first value' }, 1);
  expect(host.status()).toMatchObject([{ state: 'failed', code: 'rollback', version: 2 }]);
  host.give({ token: 'of a stranger' }, 3, makeKeyPair());
  expect(host.status()).toMatchObject([{ state: 'failed', code: 'bad_signature', version: 2 }]);
  host.give({ token: 'third value' }, 3);
  expect(host.status()).toMatchObject([{ state: 'stored', version: 3 }]);
  expect(host.secrets.get('token', job.jobId)).toBe('third value');
});

it('what somebody handed over on the host comes first, and the centre is told so', async () => {
  const host = makeHost();
  const job = withSecret();
  host.secrets.set('Token', 'of this host', 0);
  host.central.onNotice({ sealKey: null });
  await host.central.want([job]);
  host.give({ token: 'of the centre' });
  expect(host.status()).toEqual([{ purpose: 'secret', name: 'token', state: 'own', version: 1 }]);
  expect(findSecrets(host.folder, job)).toMatchObject({ secrets: { environment: { TOKEN: 'of this host' } } });
  host.secrets.forget('token');
  expect(findSecrets(host.folder, job)).toMatchObject({ secrets: { environment: { TOKEN: 'of the centre' } } });
});

it('why there is none is told', async () => {
  const host = makeHost();
  host.central.onNotice({ sealKey: null });
  const wanted = host.central.want([withSecret()]);
  host.give({});
  await wanted;
  expect(host.status()).toEqual([
    { purpose: 'secret', name: 'token', state: 'waiting', version: null, code: 'not_for_job' },
  ]);
});

it('a password of an account is registered with, rotated, and told whether Windows took it', async () => {
  const host = makeHost();
  /** Task Scheduler, which tries a password when a task is registered with it. */
  class Windows extends MemoryScheduler {
    right = 'one';
    tries = 0;
    override async register(...[path, definition, credential]: Parameters<TaskScheduler['register']>) {
      const given = credential?.kind === 'password' ? credential.password : undefined;
      if (given !== this.right) {
        this.tries += 1;
        throw new SchedulerError('register_failed', 'the user name or password is incorrect (HRESULT 0x8007052e)');
      }
      return super.register(path, definition);
    }
  }
  const scheduler = new Windows();
  const accounts = new AccountDesk(join(host.folder.root, 'sids.json'), host.passwords, {
    sidOf: async () => 'S-1-5-21-1-2-3-1001',
    admit: () => undefined,
  });
  const facts = () => ({
    hostTimezone: 'UTC',
    runner: { command: 'x', arguments: [] },
    signerKeys: [signer.publicKey],
    agentId,
  });
  const { cache, central } = host;
  const sync = new DesiredSync(
    agentId,
    facts,
    { scheduler, cache, central, accounts, storeScript: () => undefined },
    silentLog,
  );
  const job = makeManifest({ runAs: 'user:CORP\\etl' });
  central.onNotice({ sealKey: null });
  let applied: () => void = () => undefined;
  const nextApply = () =>
    new Promise<void>((resolve) => {
      applied = resolve;
    });
  const link = { get: () => undefined, status: () => applied() };
  sync.attach(link, { rev: 0, hash: sync.wanted.hash });
  await sync.exclusively(async () => undefined);

  const first = nextApply();
  sync.onState(makeDesiredState(agentId, 1, [job]));
  await expect.poll(() => host.said.gets.length).toBeGreaterThan(0);
  host.give({ 'corp\\etl': 'one' });
  await first;
  // Only the centre had it, and it came before the task was registered: no failure in between.
  expect(cache.registered().jobs).toMatchObject([
    { jobId: job.jobId, passwordMark: host.passwords.markOf('CORP\\etl') },
  ]);
  expect(host.status()).toEqual([{ purpose: 'account', name: 'corp\\etl', state: 'verified', version: 1 }]);

  central.onNotice({ sealKey: host.sealKeys.publicKey });
  host.give({ 'corp\\etl': 'mistyped' }, 2);
  expect(host.status()).toMatchObject([{ state: 'stored', version: 2 }]);
  const second = nextApply();
  sync.reconsider();
  await second;
  expect(host.status()).toEqual([
    {
      ...{ purpose: 'account', name: 'corp\\etl', state: 'failed', version: 2, code: 'register_failed' },
      message: 'the user name or password is incorrect (HRESULT 0x8007052e)',
    },
  ]);
  // A wrong one is not tried again and again, which would lock the account in its domain.
  const again = nextApply();
  sync.reconsider();
  await again;
  expect(scheduler.tries).toBe(1);
  expect(host.status()).toMatchObject([{ message: expect.stringContaining('so that the account is not locked') }]);
  // The task goes on with the password that it has.
  expect(scheduler.tasks.size).toBe(1);

  scheduler.right = 'three';
  host.give({ 'corp\\etl': 'three' }, 3);
  const third = nextApply();
  sync.reconsider();
  await third;
  expect(host.status()).toMatchObject([{ state: 'verified', version: 3 }]);
  expect(entryOf(job).version).toBe(1);
  await sync.stop();
});
