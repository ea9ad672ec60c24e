import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readDocument } from '@carillon/core/document/read-document';
import type { Manifest, RunSpec } from '@carillon/core/job/job-spec';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../lib/new-id.js';
import { setSecret } from '../programs/secret.js';
import { leaveTicket } from '../runner/start-ticket.js';
import { loadOrMakeIdentity } from '../state/identity.js';
import { buildAgent, builtAgent, runBuiltAgent } from '../testing/built-agent.js';
import { JobStarts } from '../testing/job-starts.js';
import { makeManifest, nodeProgram } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';

beforeAll(buildAgent, 120_000);

function cleanupJob(root: string, changes: Partial<Manifest> = {}): Manifest {
  const action = {
    root,
    patterns: ['*.log'],
    olderThanMs: null,
    largerThanBytes: null,
    keepNewest: 0,
    untilFreeBytes: null,
    emptyFolders: false,
    archive: null,
  };
  const run: RunSpec = { kind: 'cleanup', action, workingDirectory: null, environment: {} };
  return makeManifest({ name: 'clean', run, ...changes });
}

function backupJob(from: string, to: string): Manifest {
  const keep = { count: null, days: null };
  const action = {
    from: [from],
    to,
    mode: 'incremental',
    exclude: [],
    compare: 'size+mtime',
    verify: true,
    keep,
  } as const;
  return makeManifest({ name: 'save', run: { kind: 'backup', action, workingDirectory: null, environment: {} } });
}

/** As Task Scheduler starts it. */
async function runOf(jobs: JobStarts, manifest: Manifest) {
  jobs.store(manifest);
  const runId = newId();
  leaveTicket(jobs.folder.tickets, manifest.jobId, { commandId: newId(), runId, expiresAtMs: Date.now() + 60_000 });
  const { code } = await runBuiltAgent(['run', '--data', jobs.folder.root, manifest.jobId]);
  return {
    code,
    run: jobs.finished(runId),
    out: jobs.bytesOf(runId, 'stdout').toString(),
    err: jobs.bytesOf(runId, 'stderr').toString(),
  };
}

describe('a job with an action', () => {
  it('runs as a program would: output, exit code, attempts', async () => {
    const jobs = new JobStarts();
    const root = makeTempFolder();
    writeFileSync(join(root, 'a.log'), 'x');
    const { code, run, out } = await runOf(jobs, cleanupJob(root));
    expect([code, run.state, readdirSync(root)]).toEqual([0, 'succeeded', []]);
    const lines = out.trimEnd().split('\n');
    expect(lines.at(-2)).toBe(`removed ${join(root, 'a.log')} (1 B)`);
    expect(JSON.parse(lines.at(-1)?.replace('::result ', '') ?? '')).toEqual({
      action: 'cleanup',
      files: 1,
      bytes: 1,
      folders: 0,
      inUse: 0,
      kept: 0,
      links: 0,
      dryRun: false,
      ms: expect.any(Number),
      problems: 0,
    });

    const retry = { attempts: 2, delayMs: 1, backoff: 1, on: null };
    const gone = await runOf(jobs, cleanupJob(join(root, 'gone'), { retry }));
    expect(gone).toMatchObject({ code: 1, run: { state: 'failed', exitCode: 1, attempts: 2 } });
    expect(gone.err).toContain(`root: ${join(root, 'gone')}: it is not there`);

    const wrong = await runOf(jobs, cleanupJob('/etc'));
    expect(wrong).toMatchObject({ code: 2, run: { state: 'failed', exitCode: 2 } });
    expect(wrong.err).toContain('belongs to the operating system');
    expect(wrong.out).toMatch(/^::result .*"problems":1}\n$/);
  });

  it('can be asked beforehand, by name, and does nothing then', async () => {
    const jobs = new JobStarts();
    const root = makeTempFolder();
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'a.log'), 'x');
    const job = cleanupJob(root);
    jobs.store(job);
    jobs.store(makeManifest({ name: 'other', run: nodeProgram('') }));
    const ask = (...words: string[]) => runBuiltAgent(['action', '--data', jobs.folder.root, ...words]);
    const asked = await ask('--dry-run', 'Clean');
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toContain(`would remove ${join(root, 'a.log')} (1 B)`);
    expect(asked.stdout).toContain('"dryRun":true');
    expect(asked.stdout).toMatch(/\nit would run\n$/);
    jobs.store(cleanupJob(join(root, 'gone'), { name: 'lost' }));
    const lost = await ask('--dry-run', 'lost');
    expect(lost).toMatchObject({
      code: 5,
      stdout: expect.stringMatching(/\nit would fail: see what its action says\n$/),
    });
    expect(readdirSync(root)).toEqual(['a.log', 'sub']);
    const program = await ask('--dry-run', 'other');
    expect(program).toMatchObject({ code: 0, stderr: '' });
    expect(program.stdout).toContain(`program: ${process.execPath}\narguments: "-e" ""\n`);
    expect(program.stdout).toMatch(/\nit would run\n$/);
    expect(await ask(job.jobId)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected --dry-run') });
    expect(await ask('--dry-run', 'none')).toMatchObject({ code: 1, stderr: expect.stringContaining('no job none') });
  });

  it('asks a server with a secret of the host, which nobody reads in its output', async () => {
    const jobs = new JobStarts();
    loadOrMakeIdentity(jobs.folder);
    setSecret(jobs.folder.root, 'api-token', 'tok-9f31c2');
    const server = createServer((request, response) => response.end(`you are ${request.headers.authorization}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const headers = { Authorization: { secret: 'api-token', prefix: 'Bearer ' } };
    const read = readDocument({
      kind: 'Job',
      name: 'sync',
      targets: { all: true },
      schedule: '0 2 * * *',
      run: { http: { url: `http://127.0.0.1:${port}/`, headers, show: true } },
    });
    if (!read.ok || read.value.kind !== 'Job') throw new Error(JSON.stringify(read));
    try {
      const { code, out } = await runOf(jobs, makeManifest({ name: 'sync', run: read.value.spec.run }));
      expect([code, out]).toEqual([0, expect.stringContaining('| you are Bearer ***\n')]);
      expect(out).toContain('::result {"action":"http","status":200,');
    } finally {
      server.close();
    }
  });

  it('makes sets that are listed, verified and given back on the host', async () => {
    const jobs = new JobStarts();
    const [from, to, back] = [makeTempFolder(), makeTempFolder(), makeTempFolder()];
    writeFileSync(join(from, 'a.txt'), 'one');
    writeFileSync(join(from, 'b.txt'), 'two');
    const { code, out } = await runOf(jobs, backupJob(from, to));
    expect(code).toBe(0);
    expect(out).toMatch(/::result .*"state":"complete","files":2,"bytes":6/);

    const ask = (...words: string[]) => runBuiltAgent(['backup', '--data', jobs.folder.root, ...words]);
    const listed = await ask('list', 'save');
    expect(listed.stdout).toMatch(/^000001-\d{8}T\d{6}Z-full {2}complete {2}2 files, 6 B; 2 here, 6 B\n$/);
    expect(JSON.parse((await ask('list', 'save', '--json')).stdout)).toMatchObject({
      sets: [{ number: 1, state: 'complete' }],
    });
    const [folder = ''] = readdirSync(to).map((host) => join(to, host, 'save'));
    expect(await ask('verify', folder)).toMatchObject({ code: 0, stdout: expect.stringContaining('2 of 2 files') });

    const restored = await ask('restore', 'save', '--set', 'latest', '--to', back, '**/a.*');
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(back, from, 'a.txt'), 'utf8')).toBe('one');
    expect(existsSync(join(back, from, 'b.txt'))).toBe(false);
    const again = await ask('restore', 'save', '--set', 'latest', '--to', back);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('it is there already') });
    expect(await ask('restore', 'save', '--to', back)).toMatchObject({ code: 2 });
    expect(await ask('verify', folder, '--set', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no set none'),
    });
  });

  it('leaves no set when it is killed, and goes on the next time', async () => {
    const jobs = new JobStarts();
    const [from, to] = [makeTempFolder(), makeTempFolder()];
    writeFileSync(join(from, 'large'), '');
    truncateSync(join(from, 'large'), 2 ** 34);
    const job = backupJob(from, to);
    jobs.store(job);
    const child = spawn(process.execPath, [builtAgent, 'action', '--data', jobs.folder.root, job.jobId], {
      env: { ...process.env, CARILLON_RUN_ID: 'x' },
      stdio: 'ignore',
    });
    const inside = () => readdirSync(to, { recursive: true }).map(String);
    await vi.waitFor(() => expect(inside().some((path) => path.endsWith('/large'))).toBe(true), {
      timeout: 20_000,
      interval: 5,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(inside().filter((path) => /-full$/.test(path))).toEqual([]);

    truncateSync(join(from, 'large'), 3);
    const { code, out } = await runOf(jobs, job);
    expect([code, out.split('\n')[0]]).toEqual([0, expect.stringContaining('a run that was cut short left this')]);
    expect(inside().filter((path) => /unfinished|lock/.test(path))).toEqual([]);
    expect(inside().filter((path) => /-full$/.test(path))).toHaveLength(1);
  });

  it('measures the host into a file', async () => {
    const jobs = new JobStarts();
    const log = join(makeTempFolder(), 'metrics.csv');
    const keep = { files: 2, bytes: 1024 ** 2, rotateAfterMs: null };
    const action = { log, format: 'csv' as const, keep, processes: [], services: [], disks: null };
    const run: RunSpec = { kind: 'metrics', action, workingDirectory: null, environment: {} };
    const { code, out } = await runOf(jobs, makeManifest({ name: 'load', run }));
    expect([code, out]).toEqual([0, expect.stringContaining('::result {"action":"metrics","rows":1,')]);
    expect(readFileSync(log, 'utf8')).toMatch(/^at,cpu_percent,memory_percent,disk \/ percent\r\n2.*\r\n$/);
  });

  it('asks the centre for a report, and ends', async () => {
    const jobs = new JobStarts();
    const action = { to: ['ops-mail'], jobs: ['Night*'], hosts: 'this', periodMs: 3_600_000 } as const;
    const run: RunSpec = { kind: 'report', action, workingDirectory: null, environment: {} };
    const { code, out } = await runOf(jobs, makeManifest({ name: 'told', run }));
    expect(code).toBe(0);
    expect(out).toContain('asked the centre for the report of Night* on this host over the last 1h, for ops-mail\n');
    expect(out).toContain('::result {"action":"report","to":["ops-mail"],');
  });

  it('is done by its signed definition only', async () => {
    const jobs = new JobStarts();
    const root = makeTempFolder();
    const job = cleanupJob(root);
    jobs.store(job);
    writeFileSync(join(jobs.folder.jobs, `${job.jobId}.json`), JSON.stringify({ text: '{}', signature: 'AA' }));
    const asked = await runBuiltAgent(['action', '--data', jobs.folder.root, job.jobId], { CARILLON_RUN_ID: 'x' });
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('no valid signature') });
  });
});
