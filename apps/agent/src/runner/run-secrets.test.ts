import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { JobSecrets } from '../accounts/job-secrets.js';
import { PasswordFile } from '../accounts/password-file.js';
import { newId } from '../lib/new-id.js';
import { setSecret } from '../programs/secret.js';
import { loadOrMakeIdentity } from '../state/identity.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { nodeProgram } from '../testing/samples.js';

const token = 'tok-9f31c2';
const key = 'line one of the key\nline two of the key';
let jobs: JobStarts;
beforeEach(() => {
  jobs = new JobStarts();
  loadOrMakeIdentity(jobs.folder);
});

const secretJob = (code: string, secrets: { environment?: Record<string, string>; stdin?: string }) =>
  scriptJob('', { run: { ...nodeProgram(code), secrets } });

describe('a program that needs secrets', () => {
  it('gets them in its environment and on standard input, and none of them is kept anywhere', async () => {
    setSecret(jobs.folder.root, 'etl-token', token);
    setSecret(jobs.folder.root, 'ssh-key', key);
    const code = `const read = require('fs').readFileSync(0, 'utf8');
      const cut = process.env.TOKEN.length - 3;
      process.stdout.write(read.length + ' ' + process.env.TOKEN.slice(0, cut));
      setTimeout(() => process.stdout.write(process.env.TOKEN.slice(cut) + ' end'), 200);
      process.stderr.write(Buffer.from(read, 'utf16le')); console.error(process.argv.join(' '))`;
    const run = await jobs.run(secretJob(code, { environment: { TOKEN: 'etl-token' }, stdin: 'ssh-key' }));
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(jobs.bytesOf(run.runId, 'stdout').toString()).toBe(`${key.length} *** end`);
    expect(run.output.stdout.bytes).toBe(`${key.length} *** end`.length);
    const files = readdirSync(jobs.folder.root, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name));
      for (const secret of [token, ...key.split('\n')])
        for (const encoding of ['utf8', 'utf16le'] as const)
          expect([file.name, bytes.includes(Buffer.from(secret, encoding))]).toEqual([file.name, false]);
    }
    expect(statSync(jobs.folder.secrets).mode & 0o777).toBe(0o600);
  });

  it('is not started without one, and says which and what to do', async () => {
    const run = await jobs.run(secretJob('process.exit(0)', { environment: { TOKEN: 'etl-token' } }));
    expect(run).toMatchObject({ state: 'failed', reason: 'secret_missing', exitCode: 126 });
    expect(jobs.bytesOf(run.runId, 'stderr').toString()).toContain('carillon-agent secret set etl-token');
  });

  it('is not started with those of another host', async () => {
    const other = new JobStarts();
    loadOrMakeIdentity(other.folder);
    setSecret(other.folder.root, 'etl-token', token);
    copyFileSync(other.folder.secrets, jobs.folder.secrets);
    const run = await jobs.run(secretJob('', { stdin: 'etl-token' }));
    expect(run).toMatchObject({ state: 'failed', reason: 'secret_unreadable' });
  });

  it('need not read its standard input', async () => {
    setSecret(jobs.folder.root, 'big', 'x'.repeat(200_000));
    expect(await jobs.run(secretJob('process.exit(0)', { stdin: 'big' }))).toMatchObject({ state: 'succeeded' });
  });
});

describe('a program of an account that may not read all secrets', () => {
  const shared: [string, string][] = [];
  const makeSecrets = (sids: Record<string, string> = {}) => {
    shared.length = 0;
    const { privateKey } = loadOrMakeIdentity(jobs.folder);
    return new JobSecrets(jobs.folder, {
      secrets: new PasswordFile(jobs.folder.secrets, privateKey, 'secret'),
      sids: () => sids,
      // Closed before it can be seen: whoever looks finds it closed.
      share: (_, account) => void shared.push([readdirSync(jobs.folder.jobSecrets).join(), account]),
    });
  };
  const print = (name: string) =>
    secretJob(`process.stdout.write(String(process.env.T.length))`, { environment: { T: name } });
  const filesOf = () => readdirSync(jobs.folder.jobSecrets);

  it('gets those that its job names, without the key of the agent', async () => {
    setSecret(jobs.folder.root, 'etl-token', token);
    setSecret(jobs.folder.root, 'other', 'not for you');
    const job = { ...print('etl-token'), runAs: 's4u:CORP\\etl' as const };
    makeSecrets({ 'corp\\etl': 'S-1-5-21-1-2-3-1001' }).provide(job);
    expect(shared).toEqual([['', 'S-1-5-21-1-2-3-1001']]);
    const [file] = filesOf();
    expect(readFileSync(join(jobs.folder.jobSecrets, file ?? ''), 'utf8')).not.toContain('not for you');
    expect(statSync(join(jobs.folder.jobSecrets, file ?? '')).mode & 0o777).toBe(0o600);
    expect(readdirSync(jobs.folder.private)).toEqual(['secrets.json']);
    rmSync(jobs.folder.identity);
    const run = await jobs.run(job);
    expect(jobs.bytesOf(run.runId, 'stdout').toString()).toBe(String(token.length));
  });

  it('is not started without one, nor when its file is damaged', async () => {
    const job = { ...print('etl-token'), runAs: 'local-service' as const };
    const secrets = makeSecrets();
    secrets.provide(job);
    expect(shared).toEqual([['', 'S-1-5-19']]);
    expect(await jobs.run(job)).toMatchObject({ state: 'failed', reason: 'secret_missing', exitCode: 126 });
    writeFileSync(join(jobs.folder.jobSecrets, `${job.jobId}.json`), '{');
    expect(await jobs.run(job)).toMatchObject({ state: 'failed', reason: 'secret_unreadable' });
    setSecret(jobs.folder.root, 'etl-token', token);
    secrets.refresh([job]);
    expect(await jobs.run(job)).toMatchObject({ state: 'succeeded' });
  });

  it('that is SYSTEM, needs none, or is gone, leaves no file', () => {
    setSecret(jobs.folder.root, 'etl-token', token);
    const secrets = makeSecrets();
    const job = { ...print('etl-token'), runAs: 'local-service' as const };
    const other = { ...print('etl-token'), jobId: newId(), runAs: 'network-service' as const };
    for (const each of [job, other]) secrets.provide(each);
    expect(filesOf()).toHaveLength(2);
    secrets.provide({ ...job, runAs: 'system' });
    expect(filesOf()).toEqual([`${other.jobId}.json`]);
    secrets.refresh([job]);
    expect(filesOf()).toEqual([`${job.jobId}.json`]);
    secrets.forget(job.jobId);
    expect(filesOf()).toEqual([]);
  });

  it('finds no file where it could not be closed', () => {
    const { privateKey } = loadOrMakeIdentity(jobs.folder);
    const secrets = new JobSecrets(jobs.folder, {
      secrets: new PasswordFile(jobs.folder.secrets, privateKey, 'secret'),
      sids: () => ({}),
      share: () => {
        throw new Error('no such account');
      },
    });
    expect(() => secrets.provide({ ...print('x'), runAs: 'local-service' })).toThrow('no such account');
    expect([...filesOf(), ...readdirSync(jobs.folder.private)]).toEqual([]);
  });
});

describe('carillon-agent secret', () => {
  const agent = join(import.meta.dirname, '../../dist/carillon-agent.cjs');
  const set = async (name: string, value: string) => {
    const program = spawn(process.execPath, [agent, 'secret', 'set', name, '--data', jobs.folder.root]);
    let said = '';
    program.stderr.on('data', (text) => {
      said += text;
    });
    program.stdin.end(value);
    const [code] = await once(program, 'close');
    return { code, said };
  };

  it('reads the value from standard input, all lines of it, and never shows it again', async () => {
    expect(await set('ssh-key', `${key}\n`)).toEqual({ code: 0, said: '' });
    const { stdout } = await promisify(execFile)(process.execPath, [
      agent,
      'secret',
      'list',
      '--data',
      jobs.folder.root,
    ]);
    expect(stdout).toMatch(/^ssh-key {2}since \d{4}-/);
    const run = await jobs.run(
      secretJob('process.stdout.write(String(process.env.K.length))', { environment: { K: 'ssh-key' } }),
    );
    expect(jobs.bytesOf(run.runId, 'stdout').toString()).toBe(String(key.length));
  });

  it('refuses a name or a value that cannot work', async () => {
    expect(await set('a b', 'long enough')).toMatchObject({
      code: 1,
      said: expect.stringContaining('expected a name'),
    });
    expect(await set('short', 'abc')).toMatchObject({
      code: 1,
      said: expect.stringContaining('at least 4 characters'),
    });
  });
});
