import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableDdl } from '../export-runs/clickhouse-table.js';
import { ClickHouseSink } from '../export-runs/testing/clickhouse-sink.js';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId, sampleRun } from '../testing/samples.js';

type Run = ReturnType<typeof sampleRun>;

let server: FakeServer;
let cli: CliHarness;
let clickHouse: ClickHouseSink;
/** What the server knows, by number. */
let runs: Map<number, Run>;
beforeEach(async () => {
  [server, clickHouse] = [await FakeServer.start(), await ClickHouseSink.start()];
  for (const name of ['carillon_runs', 'ops.runs']) clickHouse.createTable(tableDdl(name));
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token, CARILLON_CLICKHOUSE_PASSWORD: 'geheim' };
  runs = new Map();
  told = 0;
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
let told = 0;
/** Rows that were posted since last asked. */
const arrived = () => {
  const rows = clickHouse.requests
    .slice(told)
    .flatMap(({ body }) => body.split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  told = clickHouse.requests.length;
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
    // Of the one that was handed over twice, the table has its newest.
    await exported('--overlap', '12h');
    expect(idsOf(arrived())).toHaveLength(4);
    expect(clickHouse.rows('carillon_runs').map(({ run_id, state }) => [run_id, state])).toEqual(
      expect.arrayContaining([[sampleId(3), 'failed']]),
    );
    expect(clickHouse.rows('carillon_runs')).toHaveLength(5);
    expect(JSON.parse(readFileSync(join(cli.folder, 'carillon-runs.bookmark'), 'utf8'))).toEqual({
      ...{ v: 1, until: '2026-03-01T14:00:00.000Z', open: [] },
    });
  });

  it('are not passed over when ClickHouse fails in between: the next export begins there', async () => {
    set(1, '2026-03-01T02:00:00.000Z');
    set(2, '2026-03-01T05:00:00.000Z');
    clickHouse.failure = { at: 2, answer: { status: 500, body: 'Code: 241. Memory limit' } };
    expect(await exported('--since', '1d', '--overlap', '0m')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('refused 1 rows: 500 Code: 241. Memory limit'),
    });
    arrived();
    clickHouse.failure = undefined;
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

  it('have a table, which ClickHouse would make: columns of types that it knows, and what orders and divides them', async () => {
    const { stdout } = await cli.run('export-runs', '--ddl', '--table', 'other.runs');
    clickHouse.createTable(stdout);
    expect(clickHouse.rows('other.runs')).toEqual([]);
    expect(() => clickHouse.createTable(stdout.replace('exit_code Nullable(UInt32)', 'exit_code Integer'))).toThrow(
      'Unknown data type family: Integer',
    );
    expect(() => clickHouse.createTable(stdout.replace('ORDER BY run_id', 'ORDER BY run'))).toThrow('Missing columns');
  });

  it.each([
    ['another column', { exitcode: 1 }, 'Code: 117'],
    ['a number that does not fit', { exit_code: -1 }, 'Cannot parse UInt32 of column exit_code: -1'],
    [
      'a time in another form',
      { started_at: '2026-03-01T02:00:00Z' },
      "Cannot parse DateTime('UTC') of column started_at",
    ],
    ['nothing where something must be', { reason: null }, 'Cannot parse String of column reason: null'],
    ['a column less', { host: undefined }, 'Cannot parse String of column host: undefined'],
  ])('are refused with %s', async (_what, change, message) => {
    set(1, '2026-03-01T02:00:00.000Z');
    await exported('--since', '1d');
    const [row] = arrived();
    const answer = await fetch(`${clickHouse.url}/?query=INSERT+INTO+carillon_runs+FORMAT+JSONEachRow`, {
      method: 'POST',
      body: JSON.stringify({ ...row, ...change }),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
    expect(clickHouse.rows('carillon_runs')).toHaveLength(1);
  });

  it('are not handed to a table that is not there', async () => {
    set(1, '2026-03-01T02:00:00.000Z');
    expect(await exported('--since', '1d', '--table', 'nowhere')).toMatchObject({
      ...{ exitCode: 1, stderr: expect.stringContaining("404 Code: 60. DB::Exception: Table nowhere doesn't exist") },
    });
  });
});
