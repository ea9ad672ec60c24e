import { api } from '@carillon/contract/http/api';
import { ringOf } from '@carillon/core/rollout/rings';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { JobsModule } from '@carillon/server/features/jobs/jobs.module';
import { RolloutRunner } from '@carillon/server/features/rollouts/rollout.runner';
import { RolloutsModule } from '@carillon/server/features/rollouts/rollouts.module';
import { startTestApp, type TestApp } from '@carillon/server/http/testing/test-app';
import { isRefusal } from '@carillon/server/shared/signing/signer-requests';
import { AcceptedStore } from '@carillon/server/store/accepted.store';
import { DeliveryStore } from '@carillon/server/store/delivery.store';
import { DesiredStore } from '@carillon/server/store/desired.store';
import { SigningAlarmStore } from '@carillon/server/store/signing-alarm.store';
import { addFleet, jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** Whoever can write Postgres, and neither reads the signer's key nor runs in the server. */
const minute = 60_000;
let app: TestApp;
let drop: () => Promise<void>;
let hostIds: string[];
let nowMs = Date.parse('2026-12-06T10:00:00Z');
let canary = '';
let other = '';

const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
const apply = (...documents: unknown[]) => app.call(api.jobs.apply, { body: { documents } });
const file = (program: string, changes: object = {}) =>
  jobFile('Nightly', { run: { program: `C:\\${program}.exe` }, ...changes });
const rollout = { rings: ['10%', '50%', '100%'], soak: '30m' };
const pass = (minutes: number) => {
  nowMs += minutes * minute;
  vi.setSystemTime(nowMs);
};
const round = () => app.app.get(RolloutRunner).round(nowMs);
const report = () => sql(`UPDATE assignment SET state = 'applied', applied_version = version`);
const lastAudit = async (): Promise<number> => Number((await sql('SELECT max(seq) AS seq FROM audit_entry'))[0].seq);
const noticed = async (after: number): Promise<string[]> =>
  (await sql('SELECT body FROM audit_entry WHERE seq > $1', [after]))
    .map(({ body }) => JSON.parse(body))
    .filter(({ act }) => act === 'not-signed')
    .map(({ after: told }) => told.code);

/** What each host would be told: the version that is signed for it, or why nothing is. */
async function signed(): Promise<Record<string, string>> {
  const delivery = new DeliveryStore(app.database);
  const load = async () =>
    (await delivery.load(hostIds)).flatMap((each, index) => {
      return each ? [{ ...each, hostId: hostIds[index] ?? '', capabilities: [] }] : [];
    });
  const answers = await app.app.get(AcceptedStore, { strict: false }).indexes(load);
  return Object.fromEntries(
    answers.map(({ proposal, signed: answer }) => [
      proposal.hostId,
      isRefusal(answer) ? answer.code : `v${proposal.entries[0]?.version ?? 'none'}`,
    ]),
  );
}

const moved = async () => Object.values(await signed()).filter((version) => version === 'v2').length;

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule, RolloutsModule] });
  const names = Array.from({ length: 10 }, (_, index) => ({ name: `H-${index}` }));
  hostIds = await addFleet(app.database, names);
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
  await apply(file('one'));
  await report();
  await apply(file('two', { rollout }));
  await report();
  await round();
  const [row] = await sql('SELECT seed, rings FROM rollout');
  canary = hostIds.find((id) => ringOf(id, row.seed, row.rings) === 0) ?? '';
  other = hostIds.find((id) => ringOf(id, row.seed, row.rings) === 2) ?? '';
  await sql('CREATE TABLE kept_rollout AS SELECT * FROM rollout');
  await sql('CREATE TABLE kept_assignment AS SELECT * FROM assignment');
});
afterAll(async () => {
  vi.useRealTimers();
  await app?.close();
  await drop?.();
});
beforeEach(() => {
  (Reflect.get(app.app.get(SigningAlarmStore, { strict: false }), 'told') as Map<string, number>).clear();
});
afterEach(async () => {
  await sql('DELETE FROM rollout');
  await sql('INSERT INTO rollout SELECT * FROM kept_rollout');
  await sql('DELETE FROM assignment');
  await sql('INSERT INTO assignment SELECT * FROM kept_assignment');
  expect(await moved()).toBe(1);
});

describe('whoever writes the database, while a version is on its way', () => {
  it('finds the canary alone with it', async () => {
    expect(await signed()).toMatchObject({ [canary]: 'v2', [other]: 'v1' });
    expect(await moved()).toBe(1);
  });

  it.each<[string, string, string]>([
    [
      'gives it to a host whose turn has not come',
      `UPDATE assignment a SET version = 2, manifest_hash = v.manifest_hash FROM job_version v
       WHERE v.job_id = a.job_id AND v.version = 2 AND a.host_id = $1`,
      'rollout',
    ],
    [
      'puts the canary back to the version before',
      `UPDATE assignment a SET version = 1, manifest_hash = v.manifest_hash FROM job_version v
       WHERE v.job_id = a.job_id AND v.version = 1 AND a.host_id = $2`,
      'rollback',
    ],
    ['takes the job off a host that waits', 'DELETE FROM assignment WHERE host_id = $1', 'left_out'],
  ])('%s: nothing is signed for it', async (_what, attack, code) => {
    const hosts = [other, canary];
    const used = hosts.filter((_, index) => attack.includes(`$${index + 1}`));
    await sql(attack.replace('$2', '$1'), used);
    expect((await signed())[used[0] ?? '']).toBe(code);
  });

  it.each<[string, string]>([
    [
      'says that the next ring was opened long ago',
      `UPDATE rollout SET open = 2, opened_at = '2020-01-01', settled_at = '2020-01-01'`,
    ],
    ['says that the soak is over', `UPDATE rollout SET opened_at = '2020-01-01', settled_at = '2020-01-01'`],
    ['makes the soak short', 'UPDATE rollout SET soak_ms = 0, settled_at = started_at'],
    [
      'leaves only the last ring',
      `UPDATE rollout SET rings = jsonb_build_array(rings->0, rings->2), settled_at = '2020-01-01'`,
    ],
  ])('%s: the signer knows when it was', async (_what, attack) => {
    const before = await lastAudit();
    await sql(attack);
    await report();
    await round();
    await round();
    expect(await moved()).toBeLessThanOrEqual(1);
    const refused = Object.values(await signed()).filter((answer) => answer === 'rollout');
    const told = await noticed(before);
    expect(refused.length + told.filter((code) => code === 'rollout').length).toBeGreaterThan(0);
  });

  it('makes rings of its own: hosts that were moved by them are told nothing', async () => {
    await sql(`UPDATE rollout SET rings = jsonb_set(rings, '{0,below}', '4294967296')`);
    // As whatever moves hosts does, such as a group that is written.
    const [job] = await sql(`SELECT id FROM job WHERE name = 'Nightly'`);
    const desired = app.app.get(DesiredStore, { strict: false });
    await app.database.transaction((tx) => desired.reassign(tx, { jobIds: [job.id] }));
    expect((await sql('SELECT count(*)::int AS n FROM assignment WHERE version = 2'))[0].n).toBe(10);
    expect(await moved()).toBeLessThanOrEqual(1);
  });

  it('takes a halt away: the server does not go on by itself', async () => {
    await app.call(api.rollouts.halt, { name: 'Nightly', body: { reason: 'wait' } });
    const before = await lastAudit();
    await sql(`UPDATE rollout SET state = 'running', settled_at = '2020-01-01'`);
    pass(90);
    await round();
    expect(await moved()).toBe(1);
    expect(await noticed(before)).toContain('rollout');
    await sql(`UPDATE rollout SET state = 'halted'`);
    await app.call(api.rollouts.resume, { name: 'Nightly', body: { reason: 'go on' } });
  });
});
