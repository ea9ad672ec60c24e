import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyPair } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import type { RunAs } from '@carillon/core/job/run-as';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { asciiJson, powershellArguments, registerScript } from '../lib/powershell.js';
import { MemoryScheduler } from '../scheduler/memory-scheduler.js';
import { SchtasksScheduler } from '../scheduler/schtasks-scheduler.js';
import type { Credential } from '../scheduler/task-scheduler.js';
import { MemoryDesiredCache } from '../state/desired-cache.js';
import { applyDesired } from '../sync/apply-desired.js';
import { buildEmulator, emulatedSchtasks } from '../testing/emulated-scheduler.js';
import { entryOf, makeManifest, signer, signManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { AccountDesk, type AccountPorts } from './account-desk.js';
import { PasswordFile } from './password-file.js';

beforeAll(buildEmulator, 120_000);

const secret = 'Tr0ub4dor & "3" ü';
const etl = 'CORP\\etl';

describe('the passwords of a host', () => {
  it('are sealed, for this agent only', () => {
    const path = join(makeTempFolder(), 'passwords.json');
    const key = makeKeyPair().privateKey;
    const file = new PasswordFile(path, key);
    file.set(etl, secret, Date.UTC(2026, 10, 26));
    expect(new PasswordFile(path, key).get('corp\\ETL')).toBe(secret);
    expect(file.list()).toEqual([{ account: etl, at: '2026-11-26T00:00:00.000Z' }]);
    expect(readFileSync(path, 'utf8')).not.toContain('Tr0ub4dor');
    expect(() => new PasswordFile(path, makeKeyPair().privateKey).get(etl)).toThrow('hand it over again');
    expect(file.get('CORP\\other')).toBeUndefined();
  });

  it('cannot be given to another account in the file, and are told apart by their mark', () => {
    const path = join(makeTempFolder(), 'passwords.json');
    const file = new PasswordFile(path, makeKeyPair().privateKey);
    file.set(etl, secret, 0);
    const first = file.markOf(etl);
    file.set(etl, secret, 0);
    expect(file.markOf(etl)).not.toBe(first);
    const book = JSON.parse(readFileSync(path, 'utf8')) as Record<string, object>;
    writeFileSync(path, JSON.stringify({ 'corp\\admin': book['corp\\etl'] }));
    expect(() => file.get('CORP\\admin')).toThrow('hand it over again');
    expect(file.forget('CORP\\admin')).toBe(true);
    expect(file.forget('CORP\\admin')).toBe(false);
  });

  it('go to Windows through standard input, in ASCII, past every command line', () => {
    expect(powershellArguments(registerScript).join(' ')).not.toContain(secret);
    const input = asciiJson({ password: secret });
    expect(input).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(input)).toEqual({ password: secret });
  });
});

describe('registering for an account', () => {
  /** The emulated schtasks behind a program that writes down its arguments. */
  function makeScheduler() {
    const folder = makeTempFolder();
    const said = join(folder, 'arguments.txt');
    const recorder = join(folder, 'recorder.cjs');
    writeFileSync(
      recorder,
      `require('node:fs').appendFileSync(${JSON.stringify(said)}, process.argv.join(' ') + '\\n');
       const { status } = require('node:child_process').spawnSync(process.argv[2], process.argv.slice(3), { stdio: 'inherit' });
       process.exit(status);`,
    );
    const command = [process.execPath, recorder, ...emulatedSchtasks(join(folder, 'store'))];
    return { scheduler: new SchtasksScheduler(command, folder), said: () => readFileSync(said, 'utf8') };
  }

  const definitionOf = (runAs: RunAs) => {
    const task = taskForJob(makeManifest({ runAs }), { hostTimezone: 'UTC', runner: { command: 'x', arguments: [] } });
    if (!task.ok) throw new Error(task.problems[0]?.message);
    return task.value.definition;
  };

  it.each<[RunAs, Credential | undefined, string]>([
    ['s4u:CORP\\etl', undefined, 'S4U'],
    ['gmsa:CORP\\etl$', { kind: 'managed', account: 'CORP\\etl$' }, 'Password'],
    ['user:CORP\\etl', { kind: 'password', account: etl, password: secret }, 'Password'],
  ])('%s leaves the principal that was wanted, and no password behind', async (runAs, credential, logonType) => {
    const { scheduler, said } = makeScheduler();
    expect(await scheduler.register('\\Carillon\\x', definitionOf(runAs), credential)).toEqual([]);
    const { task } = await scheduler.find('\\Carillon\\x');
    expect(task?.principals).toMatchObject([{ logonType, runLevel: 'LeastPrivilege' }]);
    expect(said()).not.toContain('Tr0ub4dor');
  });

  it('with an empty password is refused by Task Scheduler, not taken for something else', async () => {
    const { scheduler } = makeScheduler();
    const credential = { kind: 'password', account: etl, password: '' } as const;
    await expect(scheduler.register('\\Carillon\\x', definitionOf('user:CORP\\etl'), credential)).rejects.toMatchObject(
      {
        code: 'register_failed',
      },
    );
  });
});

describe('jobs of named accounts', () => {
  /** Remembers with what it was asked to register. */
  class WatchedScheduler extends MemoryScheduler {
    readonly credentials: (Credential | undefined)[] = [];

    override async register(...[path, definition, credential]: Parameters<SchtasksScheduler['register']>) {
      this.credentials.push(credential);
      return super.register(path, definition);
    }
  }

  function makeHost(ports: Partial<AccountPorts> = {}) {
    const folder = makeTempFolder();
    const passwords = new PasswordFile(join(folder, 'passwords.json'), makeKeyPair().privateKey);
    const admitted: string[] = [];
    const accounts = new AccountDesk(join(folder, 'sids.json'), passwords, {
      sidOf: async () => 'S-1-5-21-1-2-3-1001',
      admit: (sid) => void admitted.push(sid),
      ...ports,
    });
    const scheduler = new WatchedScheduler();
    const cache = new MemoryDesiredCache();
    const facts = {
      hostTimezone: 'UTC',
      runner: { command: 'x', arguments: [] },
      signerKeys: [signer.publicKey],
      agentId: 'a',
    };
    const apply = async (manifest: Manifest) => {
      const received = new Map([[entryOf(manifest).manifestHash, signManifest(manifest)]]);
      const ports = { scheduler, cache, accounts, storeScript: () => undefined };
      const { jobs } = await applyDesired({ rev: 1, entries: [entryOf(manifest)] }, received, facts, ports);
      return jobs.find(({ jobId }) => jobId === manifest.jobId);
    };
    return { passwords, admitted, scheduler, apply };
  }

  it('wait for a password, are registered with it, and again with the next', async () => {
    const host = makeHost();
    const job = makeManifest({ runAs: 'user:CORP\\etl' });
    expect(await host.apply(job)).toMatchObject({
      state: 'failed',
      code: 'password_needed',
      message: expect.stringContaining('carillon-agent account set "CORP\\etl"'),
    });
    host.passwords.set(etl, secret, 0);
    expect(await host.apply(job)).toMatchObject({ state: 'applied' });
    expect(await host.apply(job)).toMatchObject({ state: 'applied' });
    expect(host.scheduler.credentials).toEqual([{ kind: 'password', account: etl, password: secret }]);
    host.passwords.set(etl, 'next', 0);
    expect(await host.apply(job)).toMatchObject({ state: 'applied' });
    expect(host.scheduler.credentials).toHaveLength(2);
    // Named by SID, as Windows tells it back; the account may use the folder.
    expect([...host.scheduler.tasks.values()][0]?.principals[0]?.userId).toBe('S-1-5-21-1-2-3-1001');
    expect(host.admitted).toEqual(['S-1-5-21-1-2-3-1001']);
  });

  it('need none where Windows needs none', async () => {
    const host = makeHost();
    expect(await host.apply(makeManifest({ runAs: 'gmsa:CORP\\etl$' }))).toMatchObject({ state: 'applied' });
    expect(await host.apply(makeManifest({ runAs: 's4u:CORP\\etl' }))).toMatchObject({ state: 'applied' });
    expect(await host.apply(makeManifest({ runAs: 'interactive:CORP\\ann' }))).toMatchObject({ state: 'applied' });
    expect(await host.apply(makeManifest())).toMatchObject({ state: 'applied' });
    const [managed, ...others] = host.scheduler.credentials;
    expect([managed, others]).toEqual([{ kind: 'managed', account: 'CORP\\etl$' }, [undefined, undefined, undefined]]);
  });

  it('need none where the task is there already, as somebody made it who knew the password', async () => {
    const host = makeHost();
    const job = makeManifest({ runAs: 'user:CORP\\etl', version: 2 });
    const before = { ...job, version: 1 };
    const sids = { 'corp\\etl': 'S-1-5-21-1-2-3-1001' };
    const task = taskForJob(before, { hostTimezone: 'UTC', runner: { command: 'x', arguments: [] }, sids });
    if (!task.ok) throw new Error('not registrable');
    await host.scheduler.register(task.value.path, task.value.definition, undefined);
    expect(await host.apply(job)).toMatchObject({ state: 'applied' });
    expect(host.scheduler.credentials).toEqual([undefined]);
    expect(host.admitted).toEqual(['S-1-5-21-1-2-3-1001']);
    const later = { ...job, version: 3, onMissed: 'run-once' as const };
    expect(await host.apply(later)).toMatchObject({ state: 'failed', code: 'password_needed' });
  });

  it('of somebody whom nobody knows are said to be so', async () => {
    const host = makeHost({ sidOf: () => Promise.reject(new Error('no mapping was done')) });
    expect(await host.apply(makeManifest({ runAs: 's4u:CORP\\nobody' }))).toMatchObject({
      state: 'failed',
      code: 'unknown_account',
      message: 'CORP\\nobody: no mapping was done',
    });
  });
});
