import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
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
