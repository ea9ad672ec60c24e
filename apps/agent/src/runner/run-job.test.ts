import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyPair } from '@carillon/core/desired/signing';
import type { Manifest } from '@carillon/core/job/job-spec';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../lib/new-id.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { writeJson } from '../state/files.js';
import { JobStarts, scriptJob } from '../testing/job-starts.js';
import { makeManifest, signManifest } from '../testing/samples.js';
import { rememberEnd } from './job-memory.js';
import { outputFileOf, readOutputRecords } from './output-file.js';
import { isProcessAlive } from './process-tree.js';
import { runJob } from './run-job.js';
import { listRunning } from './running-file.js';
import { ticketFileOf } from './start-ticket.js';
import { orderStop } from './stop-orders.js';

let jobs: JobStarts;
let folder: AgentFolder;
beforeEach(() => {
  jobs = new JobStarts();
  folder = jobs.folder;
});

const script = scriptJob;
const store = (manifest: Manifest) => jobs.store(manifest);
const start = (manifest: Manifest) => jobs.run(manifest);
const bytesOf = (runId: string, stream: 'stdout' | 'stderr') => jobs.bytesOf(runId, stream);

describe('a run', () => {
  it('keeps exit code and both streams byte by byte', async () => {
    const gbk = Buffer.from('b1b8b7ddcdeab3c90a', 'hex');
    const run = await start(
      script(
        `process.stdout.write(Buffer.from('${gbk.toString('hex')}','hex')); process.stderr.write('bad\\n'); process.exitCode = 3`,
      ),
    );
    expect(run).toMatchObject({
      state: 'failed',
      reason: 'exit_code',
      exitCode: 3,
      trigger: 'command',
      scheduledFor: null,
    });
    expect(bytesOf(run.runId, 'stdout')).toEqual(gbk);
    expect(bytesOf(run.runId, 'stderr').toString()).toBe('bad\n');
    expect(run.output.stdout).toEqual({ bytes: 9, stored: 9, sha256: createHash('sha256').update(gbk).digest('hex') });
    expect(run.durationMs).toBeGreaterThan(0);
    expect(readdirSync(folder.running)).toEqual([]);
  });

  it('is told as started, on disk, before its program starts', async () => {
    const look = `const fs = require('fs'); const names = fs.readdirSync(process.env.DROP); console.log(fs.readFileSync(process.env.DROP + '/' + names[0], 'utf8'))`;
    const manifest = script(look);
    const run = { ...manifest, run: { ...manifest.run, environment: { DROP: folder.drop } } as Manifest['run'] };
    const { runId } = await start(run);
    expect(bytesOf(runId, 'stdout').toString()).toContain('"kind":"run.started"');
  });

  it('tells its program which run it is, and keeps the agent’s own settings to itself', async () => {
    const { runId } = await jobs.run(script('console.log(JSON.stringify(process.env))'), {
      ...process.env,
      CARILLON_JOIN_TOKEN: 'secret',
    });
    const env = JSON.parse(bytesOf(runId, 'stdout').toString()) as Record<string, string>;
    expect(env).toMatchObject({ CARILLON_RUN_ID: runId, CARILLON_JOB: 'sample', CARILLON_JOB_VERSION: '1' });
    expect(env.CARILLON_JOIN_TOKEN).toBeUndefined();
  });

  it('keeps head and tail of a long output, with its true length and hash', async () => {
    const code = `for (let i = 0; i < 40000; i++) process.stdout.write(String(i).padStart(9, '0') + '\\n')`;
    const run = await start(script(code, { output: { keepBytes: 64 * 1024, encoding: 'auto' } }));
    const whole = Buffer.from(
      Array.from({ length: 40_000 }, (_, index) => `${String(index).padStart(9, '0')}\n`).join(''),
    );
    expect(run.output.stdout).toEqual({
      bytes: 400_000,
      stored: 32 * 1024,
      sha256: createHash('sha256').update(whole).digest('hex'),
    });
    const { records } = readOutputRecords(outputFileOf(folder.output, run.runId), 0, 10_000);
    const gap = records.find((record) => record.droppedBefore > 0);
    expect(gap?.droppedBefore).toBe(400_000 - 32 * 1024);
    const kept = Buffer.concat(records.map((record) => record.data));
    const head = gap?.offset ?? 0;
    expect(kept.subarray(0, head)).toEqual(whole.subarray(0, head));
    expect(kept.subarray(head)).toEqual(whole.subarray(whole.length - (kept.length - head)));
  });

  it('ends the whole tree at its time limit', async () => {
    const pidFile = join(folder.root, 'pid');
    const grandchild = `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const code = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;
    const run = await start(script(code, { timeoutMs: 1_500 }));
    expect(run).toMatchObject({ state: 'timed_out', reason: 'timeout' });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(isProcessAlive(pid)).toBe(false), 5_000);
  });

  it('is stopped by the agent’s order', async () => {
    const manifest = script('console.log("begun"); setInterval(() => {}, 1000)');
    const running = start(manifest);
    const runId = await vi.waitFor(() => {
      const [found] = listRunning(folder.running);
      const id = found?.running.identity.runId ?? '';
      expect(readOutputRecords(outputFileOf(folder.output, id), 0, 1).records).toHaveLength(1);
      return id;
    }, 5_000);
    orderStop(folder.stops, runId);
    expect(await running).toMatchObject({ state: 'killed', reason: 'stopped_by_command' });
    expect(readdirSync(folder.stops)).toEqual([]);
  });

  it('does not wait for what its program left in the background', async () => {
    const code = `require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'inherit', detached: true }).unref(); console.log('done')`;
    const run = await start(script(code));
    expect(run).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(run.durationMs).toBeLessThan(15_000);
  });

  it.each([
    ['a program that is not there', { program: '/no/such/program' }, 127, 'program_not_found'],
    ['a file that is no program', { program: import.meta.filename }, 126, 'not_executable'],
    [
      'a working directory that is not there',
      { workingDirectory: '/no/such/folder' },
      127,
      'working_directory_or_program_not_found',
    ],
  ])('says what is wrong with %s', async (_, change, exitCode, reason) => {
    const manifest = makeManifest();
    const run = await start({ ...manifest, run: { ...manifest.run, ...change } as Manifest['run'] });
    expect(run).toMatchObject({ state: 'failed', exitCode, reason });
    expect(bytesOf(run.runId, 'stderr').toString()).toContain('carillon:');
  });
});

describe('a start that is not a run', () => {
  it('leaves nothing behind when the schedule does not mean it', async () => {
    const manifest = makeManifest({ schedule: [{ kind: 'at', local: '2020-01-01T00:00Z' }] });
    store(manifest);
    expect(await runJob(folder, manifest.jobId, process.env)).toEqual({ ran: false, reason: 'not_due' });
    expect([folder.drop, folder.running, folder.output].flatMap((path) => readdirSync(path))).toEqual([]);
  });

  it('is tried again as its rules say, and tells how often', async () => {
    const counter = join(folder.root, 'count');
    const code = `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(counter)}, process.env.CARILLON_ATTEMPT);
      process.exit(process.env.CARILLON_ATTEMPT === '3' ? 0 : 75)`;
    const retry = { attempts: 5, delayMs: 1, backoff: 1, on: null };
    const run = await start(script(code, { retry }));
    expect(run).toMatchObject({ state: 'succeeded', exitCode: 0, attempts: 3 });
    expect(readFileSync(counter, 'utf8')).toBe('123');
    const records = readOutputRecords(outputFileOf(folder.output, run.runId), 0, Number.POSITIVE_INFINITY).records;
    const told = Buffer.concat(records.filter(({ stream }) => stream === 'stderr').map(({ data }) => data)).toString();
    expect(told).toContain('carillon: attempt 1 of 5 ended with exit code 75; the next begins in');
  });

  it('fails when no attempt succeeds, and when the exit code is not one to try again after', async () => {
    const retry = { attempts: 2, delayMs: 1, backoff: 1, on: { codes: [{ from: 75, to: 75 }], timeout: false } };
    expect(await start(script('process.exit(75)', { retry }))).toMatchObject({ state: 'failed', attempts: 2 });
    expect(await start(script('process.exit(1)', { retry }))).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('is stopped while it waits for its next attempt', async () => {
    const retry = { attempts: 2, delayMs: 3_600_000, backoff: 1, on: null };
    const ended = start(script('process.exit(75)', { retry }));
    const waiting = () =>
      listRunning(folder.running).find(({ running }) =>
        readOutputRecords(
          outputFileOf(folder.output, running.identity.runId),
          0,
          Number.POSITIVE_INFINITY,
        ).records.some(({ data }) => data.toString().includes('attempt 1 of 2')),
      );
    await vi.waitFor(() => expect(waiting()).toBeDefined(), { timeout: 10_000 });
    orderStop(folder.stops, waiting()?.running.identity.runId ?? '');
    expect(await ended).toMatchObject({ state: 'killed', reason: 'stopped_by_command', exitCode: 75, attempts: 1 });
  });

  it('is handed its planned time in arguments and environment', async () => {
    const manifest = script('process.stdout.write(process.argv[1] + process.env.DAY)');
    const run = {
      ...manifest.run,
      arguments: ['-e', 'process.stdout.write(process.argv[1] + process.env.DAY)', '{{job}}/'],
    };
    const environment = { DAY: '{{startedAt:yyyy}}' };
    const { runId } = await start({ ...manifest, run: { ...run, environment } as Manifest['run'] });
    const { records } = readOutputRecords(outputFileOf(folder.output, runId), 0, Number.POSITIVE_INFINITY);
    expect(Buffer.concat(records.map(({ data }) => data)).toString()).toMatch(/^sample\/20\d\d$/);
  });

  it('counts a fixed delay from the end of the run before', async () => {
    const manifest = script('', { schedule: [{ kind: 'after', delayMs: 600_000 }] });
    store(manifest);
    expect(await runJob(folder, manifest.jobId, process.env)).toMatchObject({ ran: true });
    expect(await runJob(folder, manifest.jobId, process.env)).toEqual({ ran: false, reason: 'not_due' });
    rememberEnd(folder.answered, manifest.jobId, Date.now() - 600_000);
    expect(await runJob(folder, manifest.jobId, process.env)).toMatchObject({ ran: true });
  });

  it('is refused for a definition that nobody trusted has signed, and for one that is not here', async () => {
    const manifest = makeManifest();
    writeJson(join(folder.jobs, `${manifest.jobId}.json`), signManifest(manifest, makeKeyPair()));
    await expect(runJob(folder, manifest.jobId, process.env)).rejects.toThrow('no valid signature');
    await expect(runJob(folder, newId(), process.env)).rejects.toThrow('no definition of job');
    await expect(runJob(folder, '../../etc', process.env)).rejects.toThrow('expected a UUID');
  });

  it('answers one occurrence once', async () => {
    const local = `${new Date(Date.now() - 30_000).toISOString().slice(0, 19)}Z`;
    const manifest = makeManifest({ schedule: [{ kind: 'at', local }] });
    store(manifest);
    expect(await runJob(folder, manifest.jobId, process.env)).toMatchObject({ ran: true });
    expect(await runJob(folder, manifest.jobId, process.env)).toEqual({ ran: false, reason: 'already_answered' });
  });

  it('claims its ticket once', async () => {
    const manifest = makeManifest({ schedule: [{ kind: 'at', local: '2020-01-01T00:00Z' }] });
    await start(manifest);
    expect(readdirSync(folder.tickets)).toEqual([]);
    expect(await runJob(folder, manifest.jobId, process.env)).toMatchObject({ ran: false });
    writeFileSync(ticketFileOf(folder.tickets, manifest.jobId), 'not json');
    expect(await runJob(folder, manifest.jobId, process.env)).toMatchObject({ ran: false });
  });
});
