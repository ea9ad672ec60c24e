import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readDocument } from '@carillon/core/document/read-document';
import type { Manifest, RunSpec } from '@carillon/core/job/job-spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../lib/new-id.js';
import { setSecret } from '../programs/secret.js';
import { leaveTicket } from '../runner/start-ticket.js';
import { loadOrMakeIdentity } from '../state/identity.js';
import { buildAgent, runBuiltAgent } from '../testing/built-agent.js';
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
    expect(readdirSync(root)).toEqual(['a.log', 'sub']);
    expect(await ask('--dry-run', 'other')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it has no action'),
    });
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
