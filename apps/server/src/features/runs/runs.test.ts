import { api } from '@carillon/contract/http/api';
import type { Request } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import type { RunSummaryRow } from '../../store/run.store.js';
import { addJobAndHost, addOutput, addRun, type RunPlace } from '../../store/testing/runs.js';
import { tableLines } from './run-table.js';
import { RunsModule } from './runs.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let backup: RunPlace;
let monitor: RunPlace;
const noon = Date.parse('2026-11-20T12:00:00Z');
const minute = 60_000;
/** From the newest to the oldest. */
let ids: string[];
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [RunsModule] });
  await app.database.pool.query(`SELECT ensure_partitions('2026-11-19', '2026-11-21')`);
  backup = await addJobAndHost(app.database, { job: 'Backup', host: 'WIN-01' });
  monitor = await addJobAndHost(app.database, { job: 'Monitor', host: 'WIN-02' });
  ids = [];
  for (const [index, state] of ['succeeded', 'failed', 'killed', 'warning', 'timed_out', 'running'].entries()) {
    const place = index % 2 === 0 ? backup : monitor;
    const trigger = index === 5 ? 'command' : 'schedule';
    // The later ones lie in the partition of the day before.
    const exit = index === 1 ? { exitCode: 3_221_225_786 } : {};
    ids.push(await addRun(app.database, place, { state, trigger, startedAtMs: noon - index * 240 * minute, ...exit }));
  }
  await app.database.pool.query(`UPDATE host SET labels = '{"role":"db"}' WHERE name = 'WIN-02'`);
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const list = (options: Request<typeof api.runs.list> = {}) => app.call(api.runs.list, options);
const found = async (options: Request<typeof api.runs.list>) =>
  (await list(options)).items.map(({ id }) => ids.indexOf(id));

describe('runs', () => {
  it('are listed newest first, page by page, over days', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const { items, next } = await list({ limit: 2, cursor });
      seen.push(...items.map(({ id }) => id));
      if (next === null) {
        expect(pages).toBe(3);
        break;
      }
      cursor = next;
      // What begins while somebody reads on does not move the pages.
      await addRun(app.database, backup, { startedAtMs: noon + 100 * 1440 * minute });
    }
    expect(seen).toEqual(ids);
    await app.database.pool.query(`DELETE FROM run WHERE started_at > '2026-12-31'`);
  });

  it('whose output has words need a time from which on to search, and a word', async () => {
    const since = new Date(noon - 30 * 240 * minute).toISOString();
    await addOutput(app.database, ids[1] ?? '', [{ data: 'volume E: is full\r\n' }]);
    expect(await found({ outputContains: 'IS FULL', since })).toEqual([1]);
    const [run] = (await list({ outputContains: 'IS FULL', since })).items;
    expect(run?.found).toEqual({ stream: 'stdout', before: 'volume E: ', words: 'is full', after: '' });
    expect((await list({ since })).items[0]).not.toHaveProperty('found');
    expect(await found({ outputContains: 'is full', since, state: 'killed' })).toEqual([]);
    await expect(list({ outputContains: 'full' })).rejects.toThrow('expected a time from which on');
    await expect(list({ outputContains: '...', since })).rejects.toThrow('at least one letter or digit');
  });

  it.each<[Request<typeof api.runs.list>, number[]]>([
    [{ job: 'backup' }, [0, 2, 4]],
    [{ host: 'win-02' }, [1, 3, 5]],
    [{ job: 'Backup', host: 'WIN-02' }, []],
    [{ job: 'unknown' }, []],
    [{ state: 'warning' }, [3]],
    [{ trigger: 'command' }, [5]],
    [{ bad: 'true' }, [1, 2, 4]],
    [{ bad: 'false' }, [0, 3, 5]],
    [{ since: new Date(noon - 240 * minute).toISOString() }, [0, 1]],
    [{ until: new Date(noon - 240 * minute).toISOString() }, [2, 3, 4, 5]],
    [{ label: 'role=db' }, [1, 3, 5]],
    [{ label: 'role=db', bad: 'true' }, [1]],
    [{ label: 'role=web' }, []],
    [{ exitCode: -1_073_741_510, job: 'Monitor' }, [1]],
    [{ exitCode: 3_221_225_786, since: '2026-11-01T00:00:00Z' }, [1]],
    [{ bad: 'true', job: 'Backup', since: '2026-11-20T00:00:00Z' }, [2]],
  ])('are found by %j', async (options, expected) => {
    expect(await found(options)).toEqual(expected);
  });

  it.each([
    ['cursor=nonsense', 'cursor'],
    ['state=broken', 'state'],
    ['since=yesterday', 'since'],
    ['limit=501', 'limit'],
    ['exitCode=3', 'since'],
    ['label=role', 'label'],
    ['jbo=Backup', 'jbo'],
  ])('are not listed for ?%s, which names what is wrong', async (query, path) => {
    const answer = await app.fetch(`/api/v1/runs?${query}`, { headers: { authorization: `Bearer ${app.token}` } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid', params: { problems: [{ path }] } });
  });
});

describe('runs as a table', () => {
  const table = (query: string, token = app.token) =>
    app.fetch(`/api/v1/runs/table.csv?${query}`, { headers: { authorization: `Bearer ${token}` } });

  it('are those of the filter, newest first, for spreadsheets', async () => {
    const answer = await table('job=Monitor');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="runs.csv"');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(bytes).split('\r\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.slice(1, -1).map((line) => line.split(',').at(-1))).toEqual([ids[1], ids[3], ids[5]]);
    expect(lines[1]).toContain('failed');
  });

  it('cannot make a spreadsheet compute', async () => {
    const evil = await addJobAndHost(app.database, { job: '=cmd|calc', host: '@host' });
    await addRun(app.database, evil, { startedAtMs: noon + 60 * minute });
    const text = await (await table('host=@host')).text();
    expect(text).toContain(`,'=cmd|calc,1,'@host,`);
    await app.database.pool.query('DELETE FROM run WHERE job_id = $1', [evil.jobId]);
  });

  it('are for the signed-in only, and a wrong filter is named before the first line', async () => {
    expect((await table('', 'nobody')).status).toBe(401);
    const answer = await table('state=broken');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ params: { problems: [{ path: 'state' }] } });
  });

  it('end where there are too many, and say so', async () => {
    const row = (await app.call(api.runs.list, { limit: 1 })).items[0];
    const run = { ...row, startedAt: new Date(noon), finishedAt: null, scheduledFor: null } as unknown as RunSummaryRow;
    const page = Array.from({ length: 500 }, () => run);
    let count = 0;
    let last = '';
    for await (const chunk of tableLines(page, async () => page)) {
      count += chunk.split('\r\n').length - 1;
      last = chunk;
    }
    expect(count).toBe(limits.csvRuns + 2);
    expect(last).toContain(`these are the newest ${limits.csvRuns}`);
  });
});

describe('what a run is compared with', () => {
  it('are the runs before it on its host, and those of other hosts at its time', async () => {
    const third = await addJobAndHost(app.database, { job: 'elsewhere', host: 'WIN-30' });
    const at = (minutes: number) => ({ startedAtMs: noon + minutes * minute });
    const other = { jobId: backup.jobId, hostId: monitor.hostId };
    const last = { jobId: backup.jobId, hostId: third.hostId };
    const before = await addRun(app.database, backup, at(300));
    await app.database.pool.query('UPDATE run SET duration_ms = 4000 WHERE id = $1', [before]);
    const run = await addRun(app.database, backup, at(301));
    const after = await addRun(app.database, backup, at(302));
    const near = await addRun(app.database, other, at(301.2));
    await addRun(app.database, other, at(308));
    const bad = await addRun(app.database, last, { ...at(305), state: 'failed' });
    await addRun(app.database, monitor, at(301));
    const beside = await app.call(api.runs.beside, { id: run });
    expect(beside).toMatchObject({
      usual: { runs: 1, medianMs: 4_000 },
      previous: { id: before },
      next: { id: after },
      elsewhere: [{ id: bad }, { id: near }],
      elsewhereTotal: 2,
    });
    await app.database.pool.query('UPDATE run SET scheduled_for = $2 WHERE id = ANY($1)', [
      [run, bad],
      new Date(noon + 300 * minute),
    ]);
    expect((await app.call(api.runs.beside, { id: run })).elsewhere.map(({ id }) => id)).toEqual([bad]);
    const first = await app.call(api.runs.beside, { id: ids[4] ?? '' });
    expect(first).toMatchObject({ usual: null, previous: null });
    await app.database.pool.query('DELETE FROM run WHERE started_at > $1', [new Date(noon + 200 * minute)]);
  });
});

describe('a run', () => {
  it.each([
    [0, { hex: '0x00000000', signed: 0, text: 'Success.' }],
    [3_221_225_786, { hex: '0xC000013A', signed: -1_073_741_510, name: 'STATUS_CONTROL_C_EXIT' }],
  ])('shows exit code %i in all its spellings', async (exitCode, exit) => {
    const id = await addRun(app.database, backup, { exitCode, startedAtMs: noon });
    const run = await app.call(api.runs.get, { id });
    expect(run).toMatchObject({ id, job: 'Backup', host: 'WIN-01', exitCode, exit, jobId: backup.jobId });
  });

  it('shows how much of its output has come, in the encoding of its job while it runs', async () => {
    await app.database.pool.query(
      `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
       VALUES ($1, 2, '{"output":{"encoding":"gbk"}}', 's', '{}', 'm', 's', 'test')`,
      [monitor.jobId],
    );
    const id = await addRun(app.database, monitor, { state: 'running', startedAtMs: noon, version: 2 });
    await addOutput(app.database, id, [{ data: 'abc', gzip: true }, { data: 'd' }, { stream: 1, data: 'e' }]);
    const { exit, output } = await app.call(api.runs.get, { id });
    expect(exit).toBeNull();
    expect(output).toMatchObject({ encoding: 'gbk', stdout: { stored: 0, received: 4 }, stderr: { received: 1 } });
  });

  it('of a job that was removed stays readable', async () => {
    const gone = await addJobAndHost(app.database, { job: 'Gone', host: 'WIN-03' });
    const id = await addRun(app.database, gone);
    await app.database.pool.query('UPDATE job SET deleted_at = now() WHERE id = $1', [gone.jobId]);
    expect((await app.call(api.runs.get, { id })).job).toBe('Gone');
    expect((await list({ job: 'gone' })).items.map((run) => run.id)).toEqual([id]);
  });

  it('that nobody knows is not found', async () => {
    const id = '01890000-0000-7000-8000-000000000000';
    await expect(app.call(api.runs.get, { id })).rejects.toMatchObject({ status: 404, body: { code: 'not_found' } });
    await expect(app.call(api.runs.get, { id: 'x' })).rejects.toMatchObject({ status: 400 });
  });
});
