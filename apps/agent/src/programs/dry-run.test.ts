import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { dryRunOfExitCode } from '@carillon/core/run/dry-run';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeRunning } from '../runner/running-file.js';
import { scriptFileOf, storeScript } from '../runner/script-file.js';
import { loadOrMakeIdentity } from '../state/identity.js';
import { JobStarts } from '../testing/job-starts.js';
import { identityOf, makeEvent, makeManifest, nodeProgram } from '../testing/samples.js';
import { sayDryRun } from './dry-run.js';
import { setSecret } from './secret.js';

let jobs: JobStarts;
beforeEach(() => {
  jobs = new JobStarts();
  loadOrMakeIdentity(jobs.folder);
});

async function foretell(manifest: Manifest) {
  const said: Buffer[] = [];
  const act = () => Promise.reject(new Error('there is no action'));
  const code = await sayDryRun(jobs.folder, manifest, 'DB-01', (bytes) => void said.push(bytes), act);
  return { verdict: dryRunOfExitCode(code), lines: Buffer.concat(said).toString().trimEnd().split('\n') };
}

/** Everything in the agent's folder, to the byte. */
function contents(): string[] {
  return readdirSync(jobs.folder.root, { recursive: true, withFileTypes: true })
    .map((each) => {
      const path = join(each.parentPath, each.name);
      return each.isFile() ? `${path} ${statSync(path).mtimeMs} ${readFileSync(path, 'base64')}` : path;
    })
    .sort();
}

describe('a dry run on a host', () => {
  it('says what would be started, starts nothing and leaves everything as it was', async () => {
    const there = join(jobs.folder.root, 'here');
    mkdirSync(there);
    const run = nodeProgram(`require('fs').writeFileSync(${JSON.stringify(join(there, 'ran'))}, '')`, {
      workingDirectory: there,
      environment: { DAY: '{{startedAt:yyyy}}' },
    });
    const job = makeManifest({ run, schedule: [{ kind: 'cron', expression: '0 2 * * *' }], timeoutMs: 60_000 });
    jobs.store(job);
    const before = contents();
    const { verdict, lines } = await foretell(job);
    expect([verdict, lines.at(-1)]).toEqual(['would_run', 'it would run']);
    expect(lines).toContain(`program: ${process.execPath}`);
    expect(lines).toContain(`working directory: ${there}`);
    expect(lines).toContain('environment, beside what the host has: DAY');
    expect(lines).toContain('time limit: 1m');
    expect(lines.join('\n')).toMatch(/by its schedule: next at \d{4}-\d\d-\d\d 02:00:00 \(/);
    expect(contents()).toEqual(before);
  });

  it('fills placeholders in, and says the value of no secret', async () => {
    setSecret(jobs.folder.root, 'etl-token', 'tok-9f31c2');
    const run = nodeProgram('', {
      arguments: ['{{job}}-{{attempt}}', 'tok-9f31c2'],
      secrets: { environment: { TOKEN: 'etl-token' } },
    });
    const { verdict, lines } = await foretell(makeManifest({ run }));
    expect(verdict).toBe('would_run');
    expect(lines).toContain('arguments: "sample-1" "***"');
    expect(lines).toContain('secret etl-token, as TOKEN: here');
    expect(lines.join()).not.toContain('tok-9f31c2');
  });

  it('finds what is missing', async () => {
    const secrets = { stdin: 'ssh-key' };
    const run = nodeProgram('', { program: 'no-such-program', workingDirectory: '/no/such/folder', secrets });
    const { verdict, lines } = await foretell(makeManifest({ run, runAs: 'local-service' }));
    expect(verdict).toBe('would_fail');
    expect(lines).toContain('secret ssh-key, as standard input: MISSING');
    expect(lines).toContain('program: no-such-program, which cannot be started');
    expect(lines).toContain('problem: program not found: no-such-program');
    expect(lines).toContain('problem: no working directory /no/such/folder');
    expect(lines.at(-1)).toBe('it would fail: no secret ssh-key on this host');
  });

  it('sees runs under way and conditions as a start would', async () => {
    const job = makeManifest({ when: { fileExists: join(jobs.folder.root, '{{job}}.csv'), waitUpToMs: 0 } });
    const missing = await foretell(job);
    expect([missing.verdict, missing.lines.at(-1)]).toEqual([
      'would_skip',
      `it would be skipped: no file ${join(jobs.folder.root, 'sample.csv')}`,
    ]);
    writeFileSync(join(jobs.folder.root, 'sample.csv'), '');
    expect((await foretell(job)).verdict).toBe('would_run');
    const identity = { ...identityOf(makeEvent()), jobId: job.jobId };
    writeRunning(jobs.folder.running, { identity, pid: process.pid, encoding: 'auto' });
    const busy = await foretell(job);
    expect([busy.verdict, busy.lines.at(-1)]).toEqual([
      'would_skip',
      `it would be skipped: run ${identity.runId} is still under way`,
    ]);
    expect((await foretell({ ...job, onOverlap: 'queue' })).verdict).toBe('would_wait');
  });

  it('writes names that hold signs of a console as they are told, not as they act', async () => {
    const run = nodeProgram('', { program: 'a\u001b[2J\nit would run' });
    const { verdict, lines } = await foretell(makeManifest({ run }));
    expect(verdict).toBe('would_fail');
    expect(lines.at(-1)).toBe('it would fail: program not found: a\\u001b[2J\\u000ait would run');
  });

  it('of a script looks for the script', async () => {
    const run = { kind: 'powershell', script: 'exit 0', workingDirectory: null, environment: {} } as const;
    const job = makeManifest({ run });
    storeScript(jobs.folder.scripts, job);
    const bin = join(jobs.folder.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'pwsh'), '', { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = bin;
    try {
      const script = scriptFileOf(jobs.folder.scripts, job);
      const found = await foretell(job);
      expect([found.verdict, found.lines.find((line) => line.startsWith('arguments'))]).toEqual([
        'would_run',
        expect.stringContaining(JSON.stringify(script)),
      ]);
      rmSync(script);
      expect((await foretell(job)).lines.at(-1)).toBe(`it would fail: the job's script is not at ${script}`);
    } finally {
      process.env.PATH = path;
    }
  });
});
