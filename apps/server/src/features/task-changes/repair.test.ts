import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../gateway/testing/run-events.js';
import { type EditedTasks, set, startEditedTasks, type TestHost } from './testing/edited-tasks.js';

let world: EditedTasks;
beforeAll(async () => {
  world = await startEditedTasks();
});
afterAll(() => world.close());

describe('a drifted task that is put back', () => {
  /** A job that leaves edits, registered on its hosts. */
  async function makeLeft(count: number | readonly TestHost[] = 1) {
    const job = await world.makeJob(count, { onDrift: 'leave' });
    // That the host was heard at all: the assignments below are told of, not wanted.
    await world.gateway.rows(`UPDATE assignment SET state = 'applied', applied_version = 1 WHERE job_id = $1`, [
      job.jobId,
    ]);
    const drift = async (query = {}) => (await world.app.call(jobRoutes.drift, { name: job.name, ...query })).items;
    const repair = async (body = {}) => (await world.app.call(jobRoutes.repair, { name: job.name, body })).commands;
    const command = (id: string) => world.app.call(jobRoutes.command, { id });
    return { ...job, drift, repair, command };
  }
  const asked = async ({ agent }: TestHost) => JSON.parse((await agent.take('command')).body.text);

  it('is shown field by field first, then its host is told, and what it tells is the proof', async () => {
    const { name, hosts, jobId, tell, drift, repair, command, changes } = await makeLeft(2);
    const [host] = hosts;
    const id = await tell(set({ enabled: false, priority: 9 }));
    const fields = [
      { path: 'settings.enabled', wanted: true, found: false },
      { path: 'settings.priority', wanted: 5, found: 9 },
    ];
    expect(await drift()).toMatchObject([
      {
        host: host?.name,
        presence: 'online',
        changeId: id,
        found: 'edited',
        fields,
        changedBy: 'CORP\\ann',
        canRepair: true,
      },
    ]);
    expect(await drift({ host: hosts[1]?.name })).toEqual([]);
    const [given] = await repair();
    expect(given).toMatchObject({ host: host?.name, job: name, action: 'repair' });
    world.gateway.hints.publish({ kind: 'command', hostIds: [host?.agentId ?? ''] });
    expect(await asked(host!)).toMatchObject({ commandId: given?.id, action: 'repair', jobId, runId: null });
    // Its own answer is lost.
    const right = { kind: 'task.changed', jobId, version: 1, state: 'repaired', found: 'edited', message: null };
    await host?.send({ ...right, differences: ['x'], commandId: given?.id });
    expect(await command(given?.id ?? '')).toMatchObject({ state: 'done', code: 'repaired' });
    expect(await changes()).toMatchObject([
      { state: 'repaired', repairedBy: 'admin' },
      { state: 'drifted', repairedBy: null },
    ]);
    expect(await drift()).toEqual([]);
    expect(await repair()).toEqual([]);
    expect((await world.audited('jobs.repair'))[0]).toMatchObject({
      ...{ kind: 'Command', act: 'repair', what: name },
      before: { drifted: [{ host: host?.name, found: 'edited', differences: ['x'] }] },
      after: { asDefined: [{ host: host?.name, version: 1 }], hosts: 1 },
    });
  });

  it('on hosts by name: also where nothing is known to differ, but not where the job is not', async () => {
    const { hosts, repair } = await makeLeft();
    expect(await repair({ hosts: [hosts[0]?.name.toUpperCase()] })).toMatchObject([{ host: hosts[0]?.name }]);
    const elsewhere = repair({ hosts: [hosts[0]?.name, 'nowhere'] });
    await expect(elsewhere).rejects.toMatchObject({
      status: 400,
      body: { params: { problems: [{ path: 'hosts[1]' }] } },
    });
    const nothing = world.app.call(jobRoutes.repair, { name: 'nope', body: {} });
    await expect(nothing).rejects.toMatchObject({ status: 404 });
  });

  it('is no change of the job: neither a freeze nor a protected group stands against it', async () => {
    const { name, hosts, tell, repair } = await makeLeft();
    await tell(set({ enabled: false }));
    const [now, later] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString().slice(0, 16));
    const freeze = { kind: 'Freeze', name: `f-${newId()}`, reason: 'quiet', covers: { jobs: [name] } };
    const group = { kind: 'HostGroup', name: `g-${newId()}`, hosts: [hosts[0]?.name], approval: { required: 1 } };
    const documents = [{ ...freeze, timezone: 'UTC', from: now, until: later }, group];
    await world.app.call(jobRoutes.apply, { body: { documents, dryRun: false, allowNoHosts: false } });
    expect(await repair()).toMatchObject([{ host: hosts[0]?.name }]);
  });

  it('is not asked of an agent that does not know how: that is said before and after', async () => {
    const host = await world.makeHost([]);
    const { tell, drift, repair, command } = await makeLeft([host]);
    await tell(set({ enabled: false }), { host });
    expect(await drift()).toMatchObject([{ host: host.name, canRepair: false }]);
    const [given] = await repair();
    world.gateway.hints.publish({ kind: 'command', hostIds: [host.agentId] });
    await vi.waitFor(async () =>
      expect(await command(given?.id ?? '')).toMatchObject({
        ...{
          state: 'rejected',
          code: 'unsupported',
          message: expect.stringMatching(/^agent .* cannot repair one task; upgrade it$/),
        },
      }),
    );
    expect(host.agent.names()).not.toContain('command');
  });

  it('that is as defined by then settles what its host told before and knows no more', async () => {
    const { hosts, tell, drift, repair, command } = await makeLeft();
    await tell(set({ enabled: false }));
    const [given] = await repair();
    world.gateway.hints.publish({ kind: 'command', hostIds: [hosts[0]?.agentId ?? ''] });
    await asked(hosts[0]!);
    hosts[0]?.agent.send('command.result', { commandId: given?.id ?? '', state: 'done', code: 'as_defined' });
    await vi.waitFor(async () => expect(await command(given?.id ?? '')).toMatchObject({ state: 'done' }));
    expect(await drift()).toEqual([]);
  });

  it('with the command of another host, job or kind is the agent’s own doing', async () => {
    const { hosts, jobId, repair, command, changes } = await makeLeft(2);
    const [given] = await repair({ hosts: [hosts[1]?.name] });
    const right = { kind: 'task.changed', jobId, version: 1, state: 'repaired', found: 'deleted', message: null };
    await hosts[0]?.send({ ...right, differences: [], commandId: given?.id });
    expect(await changes()).toMatchObject([{ state: 'repaired', repairedBy: null }]);
    expect((await command(given?.id ?? '')).state).not.toBe('done');
  });
});
