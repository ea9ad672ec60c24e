import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { readDocument } from '@carillon/core/document/read-document';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import { samplePlanned } from '../testing/sample-plan.js';
import { sampleJob } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

describe('diff -f', () => {
  const plans = (...results: ReturnType<typeof samplePlanned>[]) =>
    server.on(jobRoutes.apply, () => ({ dryRun: true, results, plan: { hash: '0123456789abcdef', moved: [] } }));
  beforeEach(() =>
    cli.file('a.yaml', 'kind: Job\nname: nightly\ntargets: { all: true }\nschedule: "0 2 * * *"\nrun: x.exe\n'),
  );

  it('shows what the files say otherwise than the server, and ends with 2', async () => {
    plans(samplePlanned());
    const { exitCode, stdout } = await cli.run('diff', '-f', 'a.yaml');
    expect(exitCode).toBe(2);
    expect(stdout).toBe(
      '--- server/Job/nightly\n+++ a.yaml/Job/nightly\n@@ schedule @@\n-schedule: 0 2 * * *\n+schedule: 30 2 * * *\n',
    );
    expect(server.calls[0]?.asked.body).toMatchObject({ dryRun: true, allowNoHosts: true });
  });

  it('of what is there says nothing', async () => {
    plans(samplePlanned({ change: 'unchanged', plan: {} }));
    expect(await cli.run('diff', '-f', 'a.yaml')).toMatchObject({ exitCode: 0, stdout: '' });
  });
});

describe('diff of versions', () => {
  const specOf = (minute: number) => {
    const run = 'x.exe';
    const read = readDocument({ kind: 'Job', name: 'j', targets: { all: true }, schedule: `${minute} 2 * * *`, run });
    if (!read.ok) throw new Error('a bad sample');
    return JSON.parse(JSON.stringify(read.value.spec));
  };
  beforeEach(() => {
    const createdAt = '2026-03-01T02:00:00.000Z';
    server.on(jobRoutes.version, ({ params }) => {
      const version = Number(params.version);
      if (version > 5) throw refuse(404, 'not_found', 'no such version');
      return { version, createdAt, author: 'a', spec: specOf(version) };
    });
    server.on(jobRoutes.get, () => ({ ...sampleJob('j'), version: 5, spec: specOf(5), manifestHash: 'h', createdAt }));
  });

  it.each(['3..5', '3'])('--version %s', async (versions) => {
    expect(await cli.run('diff', 'j', '--version', versions)).toMatchObject({
      exitCode: 2,
      stdout: '--- j v3\n+++ j v5\n@@ schedule @@\n-schedule: 3 2 * * *\n+schedule: 5 2 * * *\n',
    });
  });

  it('is JSON when asked for, and 0 for the same', async () => {
    const { stdout } = await cli.run('diff', 'j', '--version', '1..2', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ fields: [{ path: 'schedule', before: '1 2 * * *' }] }]);
    expect(await cli.run('diff', 'j', '--version', '5')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it.each([
    [['j', '--version', '3-5'], '--version'],
    [['j'], '--version'],
    [['j', '-f', 'a.yaml'], 'either'],
    [[], 'either'],
    [['j', '--version', '3..9'], 'no such version'],
  ])('%j ends with 1', async (words, named) => {
    const { exitCode, stderr } = await cli.run('diff', ...words);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(named);
  });
});
