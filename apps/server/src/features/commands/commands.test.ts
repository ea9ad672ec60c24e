import { api } from '@carillon/contract/http/api';
import { limits } from '@carillon/contract/limits';
import { verifyText } from '@carillon/core/desired/signing';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { Signer } from '../../shared/signer.js';
import { AcceptedStore } from '../../store/accepted.store.js';
import { acceptFleet, addFleet, jobFile } from '../../store/testing/fleet.js';
import { addRun } from '../../store/testing/runs.js';
import { ApplyModule } from '../apply/apply.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { CommandsModule } from './commands.module.js';

let app: TestApp;
let drop: () => Promise<void>;
let hostIds: string[];
let jobId: string;
beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, { modules: [ApplyModule, JobsModule, CommandsModule] });
  const hosts = ['DB-01', 'DB-02', 'WEB-01'].map((name) => ({
    name,
    labels: { role: name.startsWith('DB') ? 'db' : 'web' },
  }));
  hostIds = await addFleet(app.database, hosts);
  const documents = [jobFile('Backup', { targets: { labels: { role: 'db' } } })];
  await app.call(api.jobs.apply, { body: { documents } });
  jobId = (await app.call(api.jobs.get, { name: 'Backup' })).id;
});
afterAll(async () => {
  await app?.close();
  await drop?.();
});
beforeEach(() => app.hints.splice(0));

async function orders(ids: readonly string[]) {
  const { rows } = await app.database.pool.query(
    'SELECT id, text, signature, author FROM command WHERE id = ANY($1::uuid[]) ORDER BY id',
    [ids],
  );
  return rows.map((row) => ({ ...row, order: JSON.parse(row.text) }));
}

describe('running a job now', () => {
  it('queues a signed command for each of its hosts and hints once', async () => {
    const { commands } = await app.call(api.jobs.run, { name: 'backup', body: {} });
    expect(commands.map(({ host, job, action, state, runId }) => [host, job, action, state, runId])).toEqual([
      ['DB-01', 'Backup', 'run', 'queued', null],
      ['DB-02', 'Backup', 'run', 'queued', null],
    ]);
    expect(app.hints).toEqual([{ kind: 'command', hostIds: hostIds.slice(0, 2) }]);
    const { publicKey } = app.app.get(Signer);
    for (const { id, text, signature, author, order } of await orders(commands.map((command) => command.id))) {
      expect(verifyText(publicKey, 'carillon/v1/command', text, signature)).toBe(true);
      expect(author).toBe('admin');
      expect(order).toMatchObject({ kind: 'carillon/command/v1', commandId: id, action: 'run', jobId, runId: null });
      expect(hostIds).toContain(order.hostId);
      const command = await app.call(api.jobs.command, { id });
      expect(command.expiresAt).toBe(order.notAfter);
      expect(Date.parse(order.notAfter) - Date.parse(command.createdAt)).toBe(limits.commandLifeMs);
    }
  });

  it('on some of its hosts asks only those, each once', async () => {
    const { commands } = await app.call(api.jobs.run, { name: 'Backup', body: { hosts: ['db-02', 'DB-02'] } });
    expect(commands.map(({ host }) => host)).toEqual(['DB-02']);
  });

  it('on a host that is unknown or has not the job names it and queues nothing', async () => {
    const before = await app.database.pool.query('SELECT count(*) FROM command');
    const running = app.call(api.jobs.run, { name: 'Backup', body: { hosts: ['DB-01', 'WEB-01', 'DB-09'] } });
    await expect(running).rejects.toMatchObject({
      status: 400,
      body: {
        params: {
          problems: [
            {
              path: 'hosts[1]',
              code: 'unknown_reference',
              got: '"WEB-01"',
              expected: 'a host that has the job Backup',
            },
            { path: 'hosts[2]', code: 'unknown_reference', got: '"DB-09"' },
          ],
        },
      },
    });
    expect((await app.database.pool.query('SELECT count(*) FROM command')).rows).toEqual(before.rows);
    expect(app.hints).toEqual([]);
  });

  it('of a job that does not exist, or that no host has, says so', async () => {
    await expect(app.call(api.jobs.run, { name: 'nope', body: {} })).rejects.toMatchObject({ status: 404 });
    const documents = [jobFile('Nowhere', { targets: { hosts: ['DB-09'] } })];
    await app.call(api.jobs.apply, { body: { documents, allowNoHosts: true } });
    await expect(app.call(api.jobs.run, { name: 'Nowhere', body: {} })).rejects.toMatchObject({
      status: 409,
      body: { code: 'conflict', message: expect.stringContaining('no host has it') },
    });
  });

  it('reaches thousands of hosts', async () => {
    const many = Array.from({ length: 4_000 }, (_, index) => ({ name: `MANY-${index}`, labels: { role: 'many' } }));
    await acceptFleet(app.database, app.app.get(AcceptedStore), many, await addFleet(app.database, many));
    const documents = [jobFile('Everywhere', { targets: { labels: { role: 'many' } } })];
    await app.call(api.jobs.apply, { body: { documents } });
    expect((await app.call(api.jobs.run, { name: 'Everywhere', body: {} })).commands).toHaveLength(4_000);
  });
});

describe('a dry run', () => {
  it('is a signed command of its own kind, with the answer of its host once there is one', async () => {
    const { commands } = await app.call(api.jobs.dryRun, { name: 'backup', body: { hosts: ['db-02'] } });
    expect(commands.map(({ host, action, state, runId }) => [host, action, state, runId])).toEqual([
      ['DB-02', 'dry_run', 'queued', null],
    ]);
    const [{ id = '' } = {}] = commands;
    const [{ text, signature, order }] = await orders([id]);
    expect(verifyText(app.app.get(Signer).publicKey, 'carillon/v1/command', text, signature)).toBe(true);
    expect(order).toMatchObject({ action: 'dry_run', jobId, hostId: hostIds[1], runId: null });
    expect(app.hints).toEqual([{ kind: 'command', hostIds: [hostIds[1]] }]);
    expect(await app.call(api.jobs.command, { id })).toMatchObject({ action: 'dry_run', answer: null });
    await app.database.pool.query(
      `UPDATE command SET state = 'done', code = 'would_run', answer = 'it would run' WHERE id = $1`,
      [id],
    );
    const told = await app.call(api.jobs.command, { id });
    expect(told).toMatchObject({ state: 'done', code: 'would_run', answer: 'it would run' });
  });

  it('goes to all hosts of a job only where they are few', async () => {
    expect((await app.call(api.jobs.dryRun, { name: 'Backup', body: {} })).commands).toHaveLength(2);
    const many = Array.from({ length: limits.dryRunHosts + 1 }, (_, index) => ({
      name: `FEW-${index}`,
      labels: { role: 'few' },
    }));
    await acceptFleet(app.database, app.app.get(AcceptedStore), many, await addFleet(app.database, many));
    const documents = [jobFile('Wide', { targets: { labels: { role: 'few' } } })];
    await app.call(api.jobs.apply, { body: { documents } });
    await expect(app.call(api.jobs.dryRun, { name: 'Wide', body: {} })).rejects.toMatchObject({
      status: 400,
      body: { params: { problems: [{ path: 'hosts', expected: 'at most 20 hosts by name; the job has 21' }] } },
    });
    const hosts = many.map(({ name }) => name);
    await expect(app.call(api.jobs.dryRun, { name: 'Wide', body: { hosts } })).rejects.toMatchObject({ status: 400 });
    expect((await app.call(api.jobs.dryRun, { name: 'Wide', body: { hosts: ['few-3'] } })).commands).toHaveLength(1);
  });

  it('of what does not exist says so, as a start does', async () => {
    await expect(app.call(api.jobs.dryRun, { name: 'nope', body: {} })).rejects.toMatchObject({ status: 404 });
    const elsewhere = app.call(api.jobs.dryRun, { name: 'Backup', body: { hosts: ['WEB-01'] } });
    await expect(elsewhere).rejects.toMatchObject({ status: 400 });
  });
});

describe('stopping a run', () => {
  it('queues a signed command for the host that runs it', async () => {
    const id = await addRun(app.database, { jobId, hostId: hostIds[1] ?? '' }, { state: 'running' });
    const { commandId } = await app.call(api.runs.stop, { id });
    expect(await app.call(api.jobs.command, { id: commandId })).toMatchObject({
      action: 'stop',
      host: 'DB-02',
      job: 'Backup',
      runId: id,
      state: 'queued',
    });
    const [stop] = await orders([commandId]);
    expect(stop.order).toMatchObject({ action: 'stop', runId: id, hostId: hostIds[1], jobId });
    expect(app.hints).toEqual([{ kind: 'command', hostIds: [hostIds[1]] }]);
  });

  it('that has ended or does not exist says so', async () => {
    const id = await addRun(app.database, { jobId, hostId: hostIds[0] ?? '' }, { state: 'failed' });
    await expect(app.call(api.runs.stop, { id })).rejects.toMatchObject({
      status: 409,
      body: { params: { state: 'failed' }, message: expect.stringContaining('has ended already (failed)') },
    });
    const unknown = '01890000-0000-7000-8000-000000000000';
    await expect(app.call(api.runs.stop, { id: unknown })).rejects.toMatchObject({ status: 404 });
    await expect(app.call(api.jobs.command, { id: unknown })).rejects.toMatchObject({ status: 404 });
  });
});
