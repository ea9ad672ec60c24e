import { randomUUID } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { WhyModule } from './why.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let jobId: string;
const hosts = new Map<string, string>();
/** Yesterday's fire. */
const fire = new Date(Math.floor(Date.now() / 86_400_000) * 86_400_000 - 22 * 3_600_000);
const later = (minutes: number) => new Date(fire.getTime() + minutes * 60_000);
const sql = (text: string, ...values: unknown[]) => app.database.pool.query(text, values);

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, WhyModule] });
  const names = ['absent', 'drifted', 'far', 'failed', 'late', 'mute', 'off', 'ran', 'strange'];
  const ids = await addFleet(
    app.database,
    names.map((name) => ({ name, timezone: name === 'strange' ? 'W. Europe Standard Time' : 'UTC' })),
  );
  for (const [index, name] of names.entries()) hosts.set(name, ids[index] ?? '');
  await app.call(api.jobs.apply, { body: { documents: [jobFile('nightly', { onMissed: 'skip' })] } });
  await sql(`UPDATE job SET created_at = now() - interval '9 days'`);
  await sql('ALTER TABLE job_version DISABLE TRIGGER ALL');
  await sql(`UPDATE job_version SET created_at = now() - interval '9 days'`);
  await sql(`UPDATE host SET enrolled_at = now() - interval '9 days'`);
  await sql(`UPDATE agent_session SET last_seen_at = now(), gateway_id = $1`, randomUUID());
  await sql(
    `UPDATE assignment SET state = 'applied', applied_version = version, updated_at = now() - interval '8 days'`,
  );
  const found = await sql('SELECT id FROM job');
  jobId = found.rows[0].id;
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});

const why = async (host: string, query: { at?: string } = {}) => {
  const { items } = await app.call(api.why.job, { name: 'nightly', host, at: fire.toISOString(), ...query });
  expect(items).toHaveLength(1);
  return items[0]!;
};
const hostId = (name: string) => hosts.get(name) ?? '';

describe('why a job did not run', () => {
  it('it did', async () => {
    const id = await addRun(
      app.database,
      { jobId, hostId: hostId('ran') },
      { startedAtMs: fire.getTime() + 900, exitCode: 0 },
    );
    await sql('UPDATE run SET scheduled_for = $2 WHERE id = $1', id, fire);
    expect(await why('ran')).toMatchObject({
      reason: 'ran',
      certainty: 'certain',
      runId: id,
      fireAt: fire.toISOString(),
      version: 1,
    });
    expect(await why('ran', { at: later(60).toISOString() })).toMatchObject({ reason: 'not_due', fireAt: null });
  });

  it('its account could not log on', async () => {
    await sql(
      `INSERT INTO start_failure (id, host_id, job_id, job_version, run_id, cause, scheduled_for, result_code, account, records, failed_at)
       VALUES ($1, $2, $3, 1, $4, 'logon_failed', $5, $6, 'CORP\\etl', '{104,101}', $5)`,
      randomUUID(),
      hostId('failed'),
      jobId,
      randomUUID(),
      fire,
      0x8007052e,
    );
    expect(await why('failed')).toMatchObject({
      reason: 'logon_failed',
      text: 'Task Scheduler could not log on CORP\\etl: 0x8007052E, The account name or its password is wrong',
      evidence: [{ at: fire.toISOString(), text: "Task Scheduler's log: record 104, 101" }],
    });
  });

  it('the host was off, or only not there', async () => {
    for (const name of ['off', 'absent'])
      await sql('INSERT INTO host_absence VALUES ($1, $2, $3)', hostId(name), later(-30), later(45));
    await sql(
      'INSERT INTO host_boot VALUES ($1, $2), ($3, $4)',
      hostId('off'),
      later(40),
      hostId('absent'),
      later(-900),
    );
    expect(await why('off')).toMatchObject({ reason: 'host_off', certainty: 'certain' });
    expect((await why('off')).evidence.at(-1)).toEqual({
      at: later(40).toISOString(),
      code: 'started',
      text: 'it started',
    });
    expect(await why('absent')).toMatchObject({ reason: 'host_absent', certainty: 'likely' });
  });

  it('the host has been out of reach since', async () => {
    await sql(
      'UPDATE agent_session SET gateway_id = NULL, last_seen_at = $2 WHERE host_id = $1',
      hostId('far'),
      later(-5),
    );
    expect(await why('far')).toMatchObject({ reason: 'host_unknown', certainty: 'unknown' });
  });

  it('somebody switched its task off', async () => {
    await sql(
      `INSERT INTO task_change (id, host_id, job_id, job_version, state, found, differences, noticed_at, changed_at, changed_by)
       VALUES ($1, $2, $3, 1, 'repaired', 'disabled', '{}', $4, $5, 'CORP\\anna')`,
      randomUUID(),
      hostId('drifted'),
      jobId,
      later(3),
      later(-20),
    );
    expect(await why('drifted')).toMatchObject({
      reason: 'task_disabled',
      text: 'its task was switched off on the host by CORP\\anna',
    });
  });

  it('nobody knows, and what little there is', async () => {
    await sql(`INSERT INTO task_history VALUES ($1, 'off', 'to switch it on: x', now())`, hostId('mute'));
    await sql(
      `INSERT INTO host_task (host_id, path_key, path, list_hash, definition_hash, run_as, command, arguments, working_directory, last_result, last_run_at)
       VALUES ($1, '\\carillon\\nightly', '\\Carillon\\nightly', '', '', '', '', '', '', $2, $3)`,
      hostId('mute'),
      0x80070005,
      later(-1440),
    );
    const { reason, evidence } = await why('mute');
    expect(reason).toBe('no_trace');
    expect(evidence.map(({ text }) => text).join('\n')).toContain('0x80070005');
    expect(await why('strange')).toMatchObject({ reason: 'no_trace' });
  });

  it('on all its hosts, page by page; and of jobs and hosts nobody knows', async () => {
    const first = await app.call(api.why.job, { name: 'NIGHTLY', at: fire.toISOString(), limit: 6 });
    expect(first.items.map(({ host, reason }) => [host, reason])).toEqual([
      ['absent', 'host_absent'],
      ['drifted', 'task_disabled'],
      ['failed', 'logon_failed'],
      ['far', 'host_unknown'],
      ['late', 'no_trace'],
      ['mute', 'no_trace'],
    ]);
    expect((await app.call(api.why.job, { name: 'nightly', cursor: first.next ?? '' })).items).toHaveLength(3);
    await expect(app.call(api.why.job, { name: 'nope' })).rejects.toMatchObject({ status: 404 });
    await expect(app.call(api.why.job, { name: 'nightly', host: 'nope' })).rejects.toMatchObject({ status: 404 });
  });

  it('it is deleted', async () => {
    await sql('UPDATE job SET deleted_at = $1', later(-60));
    expect(await why('ran')).toMatchObject({ reason: 'job_deleted', nextFireAt: null });
  });
});
