import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { createdResults, sampleJob } from '../testing/samples.js';

const text =
  '# asked for by finance\nkind: Job\nname: kept\ntargets: { all: true }\nschedule: "0 2 * * *"\nrun: x.exe\n';
const written = 'kind: Job\nname: plain\ntargets:\n  all: true\nschedule: 0 2 * * *\nrun:\n  program: x.exe\n';
const spec = {
  name: 'plain',
  description: '',
  owner: '',
  enabled: true,
  targets: { all: true },
  schedule: [{ kind: 'cron', expression: '0 2 * * *' }],
  run: { kind: 'program', program: 'x.exe', arguments: [], workingDirectory: null, environment: {} },
  runAs: 'system',
  onOverlap: 'skip',
  onMissed: 'skip',
  onDrift: 'repair',
  timeoutMs: null,
  retry: null,
  exitCodes: { success: [{ from: 0, to: 0 }], warning: [] },
  output: { keepBytes: 1_048_576, encoding: 'auto' },
  alerts: [],
};
const createdAt = '2026-03-01T02:00:00.000Z';

let server: FakeServer;
let cli: CliHarness;
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
  server.on(jobRoutes.get, ({ params }) => ({
    ...sampleJob(String(params.name)),
    spec,
    manifestHash: 'h',
    createdAt,
    source: params.name === 'kept' ? text : null,
  }));
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

describe('export', () => {
  it('gives the file as it was written, else the shortest that says the same; apply reads both again', async () => {
    const { stdout } = await cli.run('export', 'kept', 'plain');
    expect(stdout).toBe(`${text}---\n${written}`);
    server.on(jobRoutes.apply, ({ body }) => ({
      dryRun: false,
      results: createdResults((body as { documents: unknown[] }).documents),
    }));
    cli.stdin = stdout;
    expect(await cli.run('apply', '-f', '-', '--reason', 'CHG-17')).toMatchObject({ exitCode: 0 });
    const [kept, plain] = stdout.split('---\n');
    expect(server.calls.at(-1)?.asked.body).toMatchObject({ reason: 'CHG-17', sources: [kept, plain] });
  });

  it('writes a file for each job, and an old version', async () => {
    server.on(jobRoutes.list, () => ({ items: [sampleJob('kept'), sampleJob('plain')], next: null }));
    expect((await cli.run('export', '--all', '-o', 'out')).stdout).toContain('plain.yaml (v1)');
    expect(readFileSync(join(cli.folder, 'out', 'kept.yaml'), 'utf8')).toBe(text);
    server.on(jobRoutes.version, () => ({ version: 3, createdAt, author: 'Ann', spec, source: '# third\n' }));
    expect((await cli.run('export', 'kept', '--version', '3')).stdout).toBe('# third\n');
    expect(server.calls.at(-1)?.asked.params).toMatchObject({ name: 'kept', version: 3 });
    expect(await cli.run('export')).toMatchObject({ exitCode: 2 });
  });
});
