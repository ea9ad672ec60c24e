import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { requestRoutes } from '@carillon/contract/http/requests.routes';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../gateway/testing/run-events.js';
import { comparedWith, type EditedTasks, set, startEditedTasks } from './testing/edited-tasks.js';

let world: EditedTasks;
beforeAll(async () => {
  world = await startEditedTasks();
});
afterAll(() => world.close());

describe('an edited task of a job that keeps edits', () => {
  it('becomes what its host should have, in a version that says who and when', async () => {
    const { name, hosts, job, tell, look, changes } = await world.makeJob(2);
    const id = await tell(set({ enabled: false }));
    expect(await changes()).toMatchObject([{ id, adoption: 'wanted' }]);
    await Promise.all([look(), look()]);
    expect(await job()).toMatchObject({
      version: 2,
      spec: { enabled: true, overrides: [{ hosts: [hosts[0]?.name], enabled: false }] },
    });
    const [version] = (await world.app.call(jobRoutes.versions, { name })).items;
    expect(version).toMatchObject({
      author: 'host',
      reason: `\\Carillon\\${name} was edited on ${hosts[0]?.name} by CORP\\ann at 2026-11-26T02:00:00.000Z: enabled`,
    });
    expect(await changes()).toMatchObject([{ id, adoption: 'adopted', adoptedVersion: 2, adoptionReasons: [] }]);
    expect(world.app.hints).toContainEqual({ kind: 'desired', hostIds: expect.arrayContaining([hosts[1]?.agentId]) });
  });

  it('on several hosts at once becomes one version; a later one may have been told of an older version', async () => {
    const { hosts, job, tell, look, changes } = await world.makeJob(3);
    await tell(set({ enabled: false }));
    await tell(set({ priority: 9 }), { host: hosts[2]! });
    await tell(set({ startWhenAvailable: true }), { host: hosts[1]! });
    await look();
    expect((await changes()).map(({ adoptedVersion }) => adoptedVersion)).toEqual([2, null, 2]);
    await tell(set({ enabled: false }), { host: hosts[2]! });
    await look();
    expect((await job()).version).toBe(3);
    expect((await job()).spec.overrides?.slice(0, 2)).toEqual([
      { hosts: [hosts[0]?.name], enabled: false },
      { hosts: [hosts[1]?.name], onMissed: 'run-once' },
    ]);
  });

  it('that no job can say stays as it is, with the reason at the change and at its assignment', async () => {
    const { name, hosts, job, tell, look, changes } = await world.makeJob();
    await hosts[0]?.send({ kind: 'host.booted', bootedAt: '2026-11-26T00:00:00.000Z' });
    await world.gateway.rows(`UPDATE assignment SET state = 'applied' WHERE host_id = $1`, [hosts[0]?.agentId]);
    await tell(set({ enabled: false, priority: 9 }));
    await look();
    const reason = 'setting: settings.priority: wanted 5, found 9';
    expect(await changes()).toMatchObject([{ adoption: 'left', adoptionReasons: [reason], adoptedVersion: null }]);
    expect(await job()).toMatchObject({ version: 1 });
    const { items } = await world.app.call(jobRoutes.assignments, { name });
    expect(items).toMatchObject([{ state: 'drifted', message: expect.stringContaining(reason) }]);
  });

  it.each<[string, object, string]>([
    ['deleted', { found: 'deleted', definition: null }, 'deleted'],
    ['not told', { definition: null, definitionHash: 'b'.repeat(64) }, 'no_definition'],
    ['no task', { definition: '<x>' }, 'unreadable'],
    ['of a strange zone', { comparedWith: { ...comparedWith, timezone: 'Mars/Base' } }, 'timezone'],
  ])('%s is not guessed at', async (_, change, code) => {
    const { tell, look, changes } = await world.makeJob();
    await tell(set({ enabled: false }), { change });
    await look();
    expect(await changes()).toMatchObject([
      { adoption: 'left', adoptionReasons: [expect.stringContaining(`${code}: `)] },
    ]);
  });

  it('is forgotten when it was right again before anybody decided', async () => {
    const { job, tell, look, changes, jobId, hosts } = await world.makeJob();
    await tell(set({ enabled: false }));
    const right = { state: 'restored', found: null, differences: [], message: null };
    await hosts[0]?.send({ kind: 'task.changed', jobId, version: 1, ...right });
    await look();
    expect(await changes()).toMatchObject([
      { adoption: null },
      { adoptionReasons: [expect.stringContaining('old_news')] },
    ]);
    expect(await job()).toMatchObject({ version: 1 });
  });

  it('is missed by a file that does not know of it, which is said', async () => {
    const { hosts, apply, tell, look } = await world.makeJob(2);
    await tell(set({ enabled: false }));
    await look();
    const { results } = await apply({ description: 'from the file' });
    expect(results).toMatchObject([{ warnings: [{ code: 'adopted_lost', count: 1, hosts: [hosts[0]?.name] }] }]);
    expect((await apply({ description: 'again' })).results[0]).not.toHaveProperty('warnings');
  });

  it('can be taken back, and what was written since stays', async () => {
    const { hosts, job, tell, look, changes } = await world.makeJob(2);
    const id = await tell(set({ enabled: false }));
    await tell(set({ enabled: false }), { host: hosts[1]! });
    await look();
    expect(await world.app.call(taskChangeRoutes.undo, { id })).toMatchObject({ host: hosts[0]?.name, version: 3 });
    expect((await job()).spec.overrides).toEqual([{ hosts: [hosts[1]?.name], enabled: false }]);
    expect(await world.audited('taskChanges.undo')).toMatchObject([
      { kind: 'Job', act: 'updated', ref: { version: 3 } },
      { kind: 'Task', act: 'took back', ref: { version: 3 } },
    ]);
    expect((await changes()).find((change) => change.id === id)).toMatchObject({
      adoption: 'adopted',
      undoneVersion: 3,
    });
    await expect(world.app.call(taskChangeRoutes.undo, { id })).rejects.toMatchObject({ body: { code: 'conflict' } });
    expect((await job()).version).toBe(3);
    const shown = await world.app.call(auditRoutes.list, { limit: 200 });
    expect(shown.items).toContainEqual(
      expect.objectContaining({ kind: 'Task', act: 'took back', after: { version: 3 } }),
    );
    const again = world.app.call(taskChangeRoutes.undo, { id: newId() });
    await expect(again).rejects.toMatchObject({ body: { code: 'not_found' } });
  });
});

describe('an edit that was written into the database', () => {
  it.each([
    ['of nobody', `gen_random_uuid()`, 'NULL'],
    ['with the proof of another', `gen_random_uuid()`, 'proof'],
  ])('%s makes no version, and says why', async (_what, id, proof) => {
    const { job, tell, look, changes, jobId } = await world.makeJob(1, { onDrift: 'report' });
    await tell(set({ priority: 9 }));
    await world.app.database.pool.query(
      `INSERT INTO task_change (id, host_id, job_id, job_version, state, found, differences, noticed_at, definition_hash, definition, compared_with, adoption, proof)
       SELECT ${id}, host_id, job_id, job_version, state, found, differences, now(), definition_hash,
         replace(definition, '<Priority>9<', '<Priority>3<'), compared_with, 'wanted', ${proof} FROM task_change WHERE job_id = $1`,
      [jobId],
    );
    await asOwner(`UPDATE job_version SET spec = jsonb_set(spec, '{onDrift}', '"adopt"') WHERE job_id = '${jobId}'`);
    await look();
    expect((await job()).version).toBe(1);
    expect((await changes()).map(({ adoption }) => adoption).sort()).toEqual(['left', null]);
  });

  it('of a job whose definition was changed there makes no version either', async () => {
    const { job, tell, look, changes, jobId } = await world.makeJob();
    await asOwner(
      `UPDATE job_version SET spec = jsonb_set(spec, '{run,program}', '"C:\\\\evil.exe"') WHERE job_id = '${jobId}'`,
    );
    await tell(set({ enabled: false }));
    await look();
    expect((await job()).version).toBe(1);
    expect(await changes()).toMatchObject([
      { adoption: 'left', adoptionReasons: [expect.stringContaining('is not the one that was accepted')] },
    ]);
  });
});

/** Triggers do not hold whoever owns the database. */
async function asOwner(text: string): Promise<void> {
  const client = await world.app.database.pool.connect();
  await client.query(`BEGIN; SET LOCAL session_replication_role = 'replica'; ${text}; COMMIT`);
  client.release();
}

describe('an edit that stands', () => {
  it('becomes what its host should have when somebody asks, once', async () => {
    const { tell, job, changes, hosts } = await world.makeJob(1, { onDrift: 'leave' });
    const id = await tell(set({ enabled: false }));
    expect(await changes()).toMatchObject([{ adoption: null }]);
    const adopt = () => world.app.call(taskChangeRoutes.adopt, { id });
    expect(await adopt()).toMatchObject({ host: hosts[0]?.name, version: 2 });
    expect(await job()).toMatchObject({ version: 2, spec: { overrides: [{ enabled: false }] } });
    expect(await changes()).toMatchObject([{ adoption: 'adopted', adoptedVersion: 2 }]);
    await expect(adopt()).rejects.toThrow('adopted already');
    expect(await world.audited('taskChanges.adopt')).toMatchObject([
      { kind: 'Job', act: 'updated', ref: { version: 2 } },
      { kind: 'Task', act: 'adopted', what: expect.stringContaining(hosts[0]?.name ?? '-'), ref: { version: 2 } },
    ]);
  });

  it('that no job can say is refused with the reason, and nothing changes', async () => {
    const { tell, job } = await world.makeJob(1, { onDrift: 'leave' });
    const id = await tell((task) => ({ ...task, settings: { ...task.settings, priority: 2 } }));
    await expect(world.app.call(taskChangeRoutes.adopt, { id })).rejects.toThrow('cannot be adopted');
    expect(await job()).toMatchObject({ version: 1 });
    await expect(world.app.call(taskChangeRoutes.adopt, { id: newId() })).rejects.toMatchObject({ status: 404 });
  });
});

describe('what was found', () => {
  it('is shown field by field, also where the host did not tell the same again', async () => {
    const { tell, changes } = await world.makeJob(1, { onDrift: 'repair' });
    await tell(set({ priority: 9 }), { change: { state: 'repaired' } });
    const id = await tell(set({ priority: 9 }), {
      change: { state: 'repaired', definition: undefined, comparedWith: undefined },
    });
    expect(await changes()).toMatchObject([{ adoption: null }, { adoption: null }]);
    const detail = await world.app.call(taskChangeRoutes.get, { id });
    expect(detail).toMatchObject({ fields: [{ path: 'settings.priority', wanted: 5, found: 9 }] });
    expect(detail.definition).toContain('<Priority>9</Priority>');
    expect(detail.wanted).toContain('<Priority>5</Priority>');
    await expect(world.app.call(taskChangeRoutes.undo, { id })).rejects.toBeInstanceOf(ApiFailure);
    await expect(world.app.call(taskChangeRoutes.get, { id: newId() })).rejects.toMatchObject({
      body: { code: 'not_found' },
    });
  });
});

describe('an edited task', () => {
  it('on a host of a protected group waits for somebody who asks, and for others who approve', async () => {
    const { name, hosts, job, tell, look, changes } = await world.makeJob();
    const group = { kind: 'HostGroup', name: `g-${name}`, hosts: [hosts[0]?.name], approval: { required: 1 } };
    await world.app.call(jobRoutes.apply, { body: { documents: [group] } });
    const id = await tell(set({ enabled: false }));
    await look();
    expect(await changes()).toMatchObject([
      { adoption: 'left', adoptionReasons: [expect.stringContaining('approval_needed: ')] },
    ]);
    const number = await world.app.call(taskChangeRoutes.adopt, { id }).then(
      () => 0,
      (error: ApiFailure) => Number(error.body.params.request),
    );
    expect(await job()).toMatchObject({ version: 1 });
    const { planHash } = await world.app.call(requestRoutes.get, { number });
    const token = await world.addApprover();
    const body = { planHash };
    const done = await callRoute({ baseUrl: world.app.origin, token }, requestRoutes.approve, { number, body });
    expect(done.state).toBe('applied');
    expect(await job()).toMatchObject({ version: 2, spec: { overrides: [{ enabled: false }] } });
    expect(await changes()).toMatchObject([{ adoption: 'adopted', adoptedVersion: 2 }]);
  });
});

describe('while a freeze holds the job', () => {
  const freeze = async (job: string) => {
    const [from, until] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16));
    const times = { from, until, timezone: 'UTC' };
    const document = { kind: 'Freeze', name: `freeze ${job}`, reason: 'closing', covers: { jobs: [job] }, ...times };
    await world.app.call(jobRoutes.apply, { body: { documents: [document] } });
  };
  const thaw = () => world.app.database.pool.query(`DELETE FROM alert_document WHERE kind = 'Freeze'`);
  const frozen = { status: 409, body: { params: { freeze: expect.stringContaining('freeze job-') } } };

  it('edits that are kept wait, and are adopted when it is over', async () => {
    const { name, job, tell, look, changes } = await world.makeJob();
    await freeze(name);
    await tell(set({ enabled: false }));
    await look();
    await look();
    expect(await changes()).toMatchObject([{ adoption: 'wanted' }]);
    expect((await job()).version).toBe(1);
    await thaw();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await look();
    vi.useRealTimers();
    expect(await changes()).toMatchObject([{ adoption: 'adopted', adoptedVersion: 2 }]);
  });

  it('none is adopted by hand, nor taken back, but with a reason by who may', async () => {
    const { name, tell, changes } = await world.makeJob(1, { onDrift: 'leave' });
    const id = await tell(set({ enabled: false }));
    await freeze(name);
    await expect(world.app.call(taskChangeRoutes.adopt, { id })).rejects.toMatchObject(frozen);
    expect(await changes()).toMatchObject([{ adoption: null }]);
    expect(await world.app.call(taskChangeRoutes.adopt, { id, overrideFreeze: 'it is right' })).toMatchObject({
      version: 2,
    });
    expect(await world.audited('taskChanges.adopt')).toContainEqual(
      expect.objectContaining({ kind: 'Freeze', act: 'overridden', text: 'it is right', after: { job: name } }),
    );
    await expect(world.app.call(taskChangeRoutes.undo, { id })).rejects.toMatchObject(frozen);
    expect(await world.app.call(taskChangeRoutes.undo, { id, overrideFreeze: 'it is not' })).toMatchObject({
      version: 3,
    });
    await thaw();
  });
});
