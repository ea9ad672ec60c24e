import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId, sampleRun } from '../testing/samples.js';

type Run = ReturnType<typeof sampleRun>;

let server: FakeServer;
let cli: CliHarness;
let clickHouse: HttpSink;
/** What the server knows, by number. */
let runs: Map<number, Run>;
beforeEach(async () => {
  [server, clickHouse] = [await FakeServer.start(), await HttpSink.start()];
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token, CARILLON_CLICKHOUSE_PASSWORD: 'geheim' };
  runs = new Map();
  server.on(runRoutes.list, ({ query: { since = '', until = '', cursor } }) => {
    const items = [...runs.values()].filter(({ startedAt }) => startedAt >= since && startedAt < until);
    // Two pages, so that both are read.
    return cursor === undefined
      ? { items: items.slice(0, 1), next: items.length > 1 ? 'more' : null }
      : { items: items.slice(1), next: null };
  });
  server.on(runRoutes.get, ({ params }) => {
    const run = [...runs.values()].find(({ id }) => id === params.id);
    if (!run) throw new Error('no such run');
    return run;
  });
});
afterEach(async () => {
  await Promise.all([server.stop(), clickHouse.close()]);
  cli.remove();
});

const set = (number: number, startedAt: string, changes: Partial<Run> = {}) =>
  runs.set(number, sampleRun({ id: sampleId(number), startedAt, ...changes }));
const exported = (...options: string[]) => cli.run('export-runs', '--clickhouse', clickHouse.url, ...options);
/** Rows that arrived since last asked, as numbers of runs. */
const arrived = () => {
  const rows = clickHouse.requests
    .splice(0)
    .flatMap(({ body }) => body.split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return rows;
};
const idsOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ run_id }) => run_id);

describe('runs', () => {
  it('go to the table as rows, with who asks', async () => {
    set(1, '2026-03-01T02:00:00.250Z', { host: 'web "1"\n', exitCode: 0xc000013a, state: 'killed', reason: null });
    expect(await exported('--since', '1d', '--table', 'ops.runs', '--user', 'carillon')).toMatchObject({
      exitCode: 0,
      stdout: '1 runs handed to ops.runs\n',
    });
    const [request] = clickHouse.requests;
    expect(new URL(request?.path ?? '', clickHouse.url).searchParams.get('query')).toBe(
      'INSERT INTO ops.runs FORMAT JSONEachRow',
    );
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('carillon:geheim').toString('base64')}`);
    expect(arrived()).toEqual([
      {
        ...{ run_id: sampleId(1), job: 'DailyBackup', job_version: 1, host: 'web "1"\n', timezone: '' },
        ...{ state: 'killed', reason: '', trigger: 'schedule', exit_code: 0xc000013a, duration_ms: 1_500 },
        ...{ scheduled_for: '2026-03-01 02:00:00', started_at: '2026-03-01 02:00:00', started_ms: 1_772_330_400_250 },
        ...{ finished_at: '2026-03-01 02:00:01', exported_ms: cli.nowMs },
      },
    ]);
  });

  it('are handed over from where it ended, and those that were under way or told late as well', async () => {
    set(1, '2026-02-28T02:00:00.000Z');
    set(2, '2026-03-01T03:00:00.000Z');
    set(3, '2026-03-01T03:10:00.000Z', { state: 'running', finishedAt: null, durationMs: null, exitCode: null });
    await exported('--since', '2d', '--overlap', '3h');
    expect(idsOf(arrived())).toEqual([sampleId(1), sampleId(2)]);
    cli.nowMs += 2 * 3_600_000;
    // A host that was away, and the end of the long one, which lies before the overlap.
    set(4, '2026-03-01T11:30:00.000Z');
    set(3, '2026-03-01T03:10:00.000Z', { state: 'failed', exitCode: 1 });
    set(5, '2026-03-01T13:30:00.000Z');
    await exported('--overlap', '3h');
    expect(idsOf(arrived())).toEqual([sampleId(4), sampleId(5), sampleId(3)]);
    expect(JSON.parse(readFileSync(join(cli.folder, 'carillon-runs.bookmark'), 'utf8'))).toEqual({
      ...{ v: 1, until: '2026-03-01T14:00:00.000Z', open: [] },
    });
  });

  it('are not passed over when ClickHouse fails in between: the next export begins there', async () => {
    set(1, '2026-03-01T02:00:00.000Z');
    set(2, '2026-03-01T05:00:00.000Z');
    clickHouse.answer = (_request, count) => (count === 2 ? { status: 500, body: 'Code: 241. Memory limit' } : {});
    expect(await exported('--since', '1d', '--overlap', '0m')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('refused 1 rows: 500 Code: 241. Memory limit'),
    });
    arrived();
    clickHouse.answer = () => ({});
    await exported('--overlap', '1h');
    expect(idsOf(arrived())).toEqual([sampleId(2)]);
  });

  it.each([
    [['--clickhouse', 'http://u:p@clickhouse:8123'], '--clickhouse: expected an address'],
    [['--table', 'runs; DROP'], '--table: expected a name'],
    [['--password-file', 'missing'], '--password-file: expected a readable file'],
  ])('are not handed over with %j', async (options, message) => {
    expect(await exported(...options)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });

  it('have a table, whose newest row of each counts', async () => {
    const { stdout } = await cli.run('export-runs', '--ddl');
    expect(stdout).toContain('CREATE TABLE IF NOT EXISTS carillon_runs (');
    expect(stdout).toContain(
      'ENGINE = ReplacingMergeTree(exported_ms) PARTITION BY toYYYYMM(started_at) ORDER BY run_id',
    );
  });
});
