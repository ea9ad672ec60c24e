import { api } from '@carillon/contract/http/api';
import { ringOf } from '@carillon/core/rollout/rings';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { RolloutStore } from '../../store/rollout.store.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { AlertDocumentsModule } from '../alert-documents/alert-documents.module.js';
import { ApplyModule } from '../apply/apply.module.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { RolloutRunner } from './rollout.runner.js';
import { RolloutsModule } from './rollouts.module.js';

const minute = 60_000;
let app: TestApp;
let drop: () => Promise<void>;
let hostIds: string[];
let nowMs = Date.parse('2026-12-06T10:00:00Z');

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [ApplyModule, JobsModule, HostsModule, RolloutsModule, AlertDocumentsModule],
  });
  const names = Array.from({ length: 10 }, (_, index) => `H-${index}`);
  hostIds = await addFleet(
    app.database,
    names.map((name) => ({ name, labels: { env: name === 'H-9' ? 'prod' : 'test' } })),
  );
  await sql(`UPDATE agent_session SET last_seen_at = now() + interval '1 hour', gateway_id = gen_random_uuid()`);
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
});
afterAll(async () => {
  vi.useRealTimers();
  await app?.close();
  await drop?.();
});
beforeEach(() => app.hints.splice(0));

const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
const pass = (minutes: number) => {
  nowMs += minutes * minute;
  vi.setSystemTime(nowMs);
};
const rules = { rings: ['10%', '50%', '100%'], soak: '30m' };
const file = (name: string, program: string, changes: object = { rollout: rules }) =>
  jobFile(name, { run: { program: `C:\\${program}.exe` }, ...changes });
const apply = (documents: unknown[], options: object = {}) =>
  app.call(api.jobs.apply, { body: { documents, ...options } });
const round = () => app.app.get(RolloutRunner).round(nowMs);
const rolloutOf = async (name: string) => (await app.call(api.rollouts.get, { name })).rollout;

/** How many hosts should have which version. */
async function versionsOf(name: string): Promise<Record<string, number>> {
  const rows = await sql(
    `SELECT a.version, count(*)::int AS hosts FROM assignment a JOIN job j ON j.id = a.job_id
     WHERE lower(j.name) = lower($1) AND a.state <> 'removing' AND j.deleted_at IS NULL GROUP BY 1 ORDER BY 1`,
    [name],
  );
  return Object.fromEntries(rows.map(({ version, hosts }) => [`v${version}`, hosts]));
}

/** Every host says that it has what it should have. */
const report = () =>
  sql(`UPDATE assignment SET state = 'applied', applied_version = version WHERE state <> 'removing'`);

/** Runs of the newest version, of which so many are bad. */
async function runs(name: string, count: number, bad: number): Promise<void> {
  const [job] = await sql('SELECT id, current_version AS version FROM job WHERE name = $1 AND deleted_at IS NULL', [
    name,
  ]);
  for (let index = 0; index < count; index += 1) {
    const place = { jobId: job.id, hostId: hostIds[0] ?? '' };
    const state = index < bad ? 'failed' : 'succeeded';
    const id = await addRun(app.database, place, { state, version: job.version, startedAtMs: nowMs });
    await sql('UPDATE run SET finished_at = $2 WHERE id = $1', [id, new Date(nowMs)]);
  }
}

/** A job of which all hosts have version 1, and of which version 2 is on its way. */
async function start(name: string, changes?: object, before: object = {}) {
  await apply([file(name, 'one', before)]);
  await report();
  return apply([file(name, 'two', changes)]);
}

describe('a rollout', () => {
  it('goes on ring by ring, each after its soak, and moves every host once', async () => {
    const { results } = await start('steps');
    const [result] = results;
    expect(result).toMatchObject({ version: 2, hosts: 10, rollout: { soakMs: 30 * minute, supersedes: null } });
    expect(result?.rollout?.rings.map(({ ring, count, hosts }) => [ring, count, hosts.length])).toEqual([
      ['10%', 1, 1],
      ['50%', 4, 4],
      ['100%', 5, 5],
    ]);
    expect(await versionsOf('steps')).toEqual({ v1: 9, v2: 1 });
    await round();
    expect((await rolloutOf('steps'))?.reason?.text).toBe('waiting for applied: 1 of 1 hosts');
    await report();
    expect(await round()).toEqual({ more: false, wakeMs: nowMs + 30 * minute });
    pass(29);
    await round();
    expect(await versionsOf('steps')).toEqual({ v1: 9, v2: 1 });
    pass(1);
    await round();
    expect(await versionsOf('steps')).toEqual({ v1: 5, v2: 5 });
    expect(app.hints.filter(({ kind }) => kind === 'desired').at(-1)?.hostIds).toHaveLength(4);
    await report();
    await round();
    pass(30);
    await round();
    expect(await versionsOf('steps')).toEqual({ v2: 10 });
    await report();
    await round();
    expect(await rolloutOf('steps')).toMatchObject({
      state: 'done',
      open: 3,
      reason: { text: 'all 10 hosts have it' },
    });
  });

  it('of a new job leaves the other hosts without it', async () => {
    expect((await apply([file('new', 'one')])).results).toMatchObject([{ change: 'created', hosts: 10 }]);
    expect(await versionsOf('new')).toEqual({ v1: 1 });
    const body = { reason: 'no' };
    await expect(app.call(api.rollouts.rollBack, { name: 'new', body })).rejects.toMatchObject({ status: 409 });
    await app.call(api.jobs.remove, { name: 'new' });
    expect(
      await sql(`SELECT state, in_force FROM rollout r JOIN job j ON j.id = r.job_id WHERE j.name = 'new'`),
    ).toEqual([{ state: 'cancelled', in_force: false }]);
  });

  it('is none for one host, and without rings', async () => {
    const alone = { targets: { hosts: ['H-1'] } };
    await start('single', { rollout: rules, ...alone }, alone);
    expect(await versionsOf('single')).toEqual({ v2: 1 });
    await start('at once', {});
    expect(await versionsOf('at once')).toEqual({ v2: 10 });
    expect(await rolloutOf('at once')).toBeNull();
  });

  it('is opened once by two servers at the same time', async () => {
    await start('twice');
    await report();
    await round();
    pass(30);
    const row = await app.app.get(RolloutStore).newest('twice');
    if (!row) throw new Error('no rollout');
    const open = () => app.app.get(RolloutStore).open(row, { code: 'soaked', runs: 0, offline: 0 }, nowMs);
    const changed = await Promise.all([open(), open(), round()]);
    expect(changed.filter((hosts) => Array.isArray(hosts) && hosts.length > 0).length).toBeLessThanOrEqual(1);
    expect(await versionsOf('twice')).toEqual({ v1: 5, v2: 5 });
  });

  it('takes hosts that join into their rings, and does not wait for those that cannot be reached', async () => {
    await start('moving');
    await sql(`UPDATE agent_session SET last_seen_at = now() - interval '1 day', gateway_id = NULL`);
    await round();
    expect((await rolloutOf('moving'))?.reason?.text).toContain('1 cannot be reached');
    pass(30);
    await round();
    expect(await versionsOf('moving')).toEqual({ v1: 5, v2: 5 });
    await sql(`UPDATE agent_session SET last_seen_at = now() + interval '1 hour', gateway_id = gen_random_uuid()`);
  });

  it('lies over one that was on its way; hosts that had moved stay there until they are reached', async () => {
    await start('over');
    await report();
    await round();
    pass(30);
    await round();
    expect(await versionsOf('over')).toEqual({ v1: 5, v2: 5 });
    const answer = await apply([file('over', 'three')]);
    expect(answer.results[0]?.rollout?.supersedes).toBe(2);
    const after = await versionsOf('over');
    expect(after.v3).toBe(1);
    expect((after.v1 ?? 0) + (after.v2 ?? 0)).toBe(9);
    expect(after.v2).toBeGreaterThanOrEqual(4);
    for (let step = 0; step < 3; step += 1) {
      await report();
      await round();
      pass(30);
      await round();
    }
    expect(await versionsOf('over')).toEqual({ v3: 10 });
    expect(
      await sql(
        `SELECT count(*)::int AS n FROM rollout r JOIN job j ON j.id = r.job_id WHERE j.name = 'over' AND in_force`,
      ),
    ).toEqual([{ n: 0 }]);
  });

  it('tells a plan which hosts are in which ring, and the same ones get it', async () => {
    await apply([file('planned', 'one', {})]);
    const planned = await apply([file('planned', 'two')], { dryRun: true, plan: true });
    const done = await apply([file('planned', 'two')], { expectPlan: planned.plan?.hash });
    expect(planned.results[0]?.rollout).toEqual(done.results[0]?.rollout);
    expect(planned.results[0]?.plan).toMatchObject({ gained: { count: 0 }, lost: { count: 0 } });
    const row = await app.app.get(RolloutStore).newest('planned');
    const first = hostIds.findIndex((id) => row && ringOf(id, row.seed, row.rings) === 0);
    expect(done.results[0]?.rollout?.rings[0]?.hosts).toEqual([`H-${first}`]);
  });
});

describe('a rollout of something bad', () => {
  const signals = (job: string) =>
    sql(
      `SELECT data->>'ok' AS ok, data->>'code' AS code FROM alert_signal WHERE kind = 'system' AND data->>'part' = $1 ORDER BY id`,
      [`rollout:${job}`],
    );

  it('halts, tells people, and goes no further until somebody resumes it', async () => {
    await start('bad');
    await report();
    await runs('bad', 3, 1);
    await round();
    expect(await rolloutOf('bad')).toMatchObject({ state: 'halted', reason: { text: 'failure rate 1 of 3' } });
    expect(await signals('bad')).toEqual([{ ok: 'false', code: 'rollout_halted' }]);
    pass(600);
    await round();
    expect(await versionsOf('bad')).toEqual({ v1: 9, v2: 1 });
    expect(await app.call(api.rollouts.resume, { name: 'bad', body: { reason: 'the disk was full' } })).toMatchObject({
      state: 'running',
      health: { runs: 0 },
    });
    expect((await signals('bad')).at(-1)).toEqual({ ok: 'true', code: 'rollout_ok' });
    await round();
    pass(29);
    await round();
    expect(await versionsOf('bad')).toEqual({ v1: 9, v2: 1 });
    pass(1);
    await round();
    expect(await versionsOf('bad')).toEqual({ v1: 5, v2: 5 });
  });

  it('counts hosts that could not register it', async () => {
    await start('unregistrable');
    await sql(
      `UPDATE assignment SET state = 'rejected' WHERE version = 2 AND job_id = (SELECT id FROM job WHERE name = 'unregistrable')`,
    );
    await round();
    expect(await rolloutOf('unregistrable')).toMatchObject({
      state: 'halted',
      reason: { text: 'failure rate 1 of 1' },
    });
  });

  it('is rolled back in one step, as a new version', async () => {
    await start('back');
    await report();
    await round();
    pass(30);
    await round();
    await app.call(api.rollouts.halt, { name: 'back', body: { reason: 'looks wrong' } });
    expect(await rolloutOf('back')).toMatchObject({ reason: { text: 'halted: looks wrong' } });
    await expect(app.call(api.rollouts.halt, { name: 'back', body: { reason: 'again' } })).rejects.toMatchObject({
      status: 409,
    });
    const done = await app.call(api.rollouts.rollBack, { name: 'back', body: { reason: 'it was wrong' } });
    expect(done).toEqual({ job: 'back', version: 3, sameAs: 1, hosts: 10 });
    expect(await versionsOf('back')).toEqual({ v3: 10 });
    const { spec } = await app.call(api.jobs.get, { name: 'back' });
    expect(spec.run).toMatchObject({ program: 'C:\\one.exe' });
    expect(await rolloutOf('back')).toMatchObject({ state: 'rolled_back', canRollBack: false });
    const [entry] = await sql(
      `SELECT body FROM audit_entry WHERE body::jsonb->>'kind' = 'Rollout' ORDER BY seq DESC LIMIT 1`,
    );
    expect(JSON.parse(entry.body)).toMatchObject({ act: 'rolled back', what: 'back', text: 'it was wrong' });
  });
});

describe('a freeze', () => {
  const freeze = {
    kind: 'Freeze',
    name: 'Year end',
    reason: 'closing',
    from: '2026-12-01T00:00',
    until: '2027-01-04T06:00',
  };
  const end = '2027-01-04T06:00:00.000Z';

  it('holds back what it covers, tells until when, and is overridden only by who may', async () => {
    await start('frozen');
    const alone = { targets: { hosts: ['H-1'] } };
    await start('thawed', alone, alone);
    await report();
    await round();
    pass(30);
    await apply([{ ...freeze, covers: { labels: { env: 'prod' } } }]);
    await round();
    expect(await versionsOf('frozen')).toEqual({ v1: 9, v2: 1 });
    expect((await rolloutOf('frozen'))?.reason).toMatchObject({ code: 'frozen', freeze: 'Year end' });
    const refused = { status: 409, body: { params: { freeze: 'Year end', until: end, jobs: ['frozen'] } } };
    await expect(apply([file('frozen', 'three')])).rejects.toMatchObject(refused);
    await expect(app.call(api.jobs.remove, { name: 'frozen' })).rejects.toMatchObject(refused);
    await apply([file('thawed', 'three', alone)]);
    await app.call(api.rollouts.halt, { name: 'frozen', body: { reason: 'stops are always allowed' } });
    const planned = await apply([file('frozen', 'three')], { dryRun: true, plan: true });
    expect(planned.plan?.frozen).toMatchObject([{ freeze: 'Year end', until: end, count: 1, jobs: ['frozen'] }]);
    await apply([file('frozen', 'three')], { overrideFreeze: 'payroll is wrong' });
    const [entry] = await sql(
      `SELECT body FROM audit_entry WHERE body::jsonb->>'kind' = 'Freeze' ORDER BY seq DESC LIMIT 1`,
    );
    expect(JSON.parse(entry.body)).toMatchObject({ act: 'overridden', what: 'Year end', text: 'payroll is wrong' });
    await report();
    await round();
    pass(30);
    await round();
    expect((await versionsOf('frozen')).v3).toBe(5);
    expect(await app.call(api.jobs.remove, { name: 'frozen', overrideFreeze: 'gone' })).toMatchObject({
      name: 'frozen',
    });
    await app.call(api.alertDocuments.remove, { kind: 'Freeze', name: 'Year end' });
  });

  it('moves with groups: a group that would move a covered job is held back too', async () => {
    const group = (hosts: string[]) => ({ kind: 'HostGroup', name: 'few', hosts });
    await apply([group(['H-1']), file('grouped', 'one', { targets: { group: 'few' } })]);
    await apply([{ ...freeze, covers: { jobs: ['group*'] } }]);
    await expect(apply([group(['H-1', 'H-2'])])).rejects.toMatchObject({ status: 409 });
    await app.call(api.alertDocuments.remove, { kind: 'Freeze', name: 'Year end' });
    await apply([group(['H-1', 'H-2'])]);
  });

  it('holds labels that would bring or take a covered job, and those that would lead out of the freeze', async () => {
    await apply([file('labelled', 'one', { targets: { labels: { role: 'ledger' } } })], { allowNoHosts: true });
    await apply([{ ...freeze, covers: { labels: { env: 'prod' } } }]);
    const [host] = await sql(`SELECT name, labels FROM host WHERE labels->>'env' = 'prod' ORDER BY name LIMIT 1`);
    const { name, labels: was } = host as { name: string; labels: Record<string, string> };
    const label = (labels: Record<string, string>, more = {}) =>
      app.call(api.hosts.setLabels, { name, body: { labels, ...more } });
    const refused = (jobs: string[]) => ({ status: 409, body: { params: { freeze: 'Year end', jobs } } });
    await expect(label({ ...was, role: 'ledger' })).rejects.toMatchObject(refused(['labelled']));
    await expect(label({ ...was, env: 'test' })).rejects.toMatchObject(refused([`labels of ${name}`]));
    await label({ ...was, rack: '7' });
    await label({ ...was, role: 'ledger' }, { overrideFreeze: 'the ledger is down' });
    const [entry] = await sql(
      `SELECT body FROM audit_entry WHERE body::jsonb->>'kind' = 'Freeze' ORDER BY seq DESC LIMIT 1`,
    );
    expect(JSON.parse(entry.body)).toMatchObject({ act: 'overridden', text: 'the ledger is down' });
    await app.call(api.alertDocuments.remove, { kind: 'Freeze', name: 'Year end' });
    await label(was);
  });
});
