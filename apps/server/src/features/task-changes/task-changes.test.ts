import { join } from 'node:path';
import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { ApiFailure, callRoute } from '@carillon/contract/http/client';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { requestRoutes } from '@carillon/contract/http/requests.routes';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { onHost } from '@carillon/core/job/host-overrides';
import { type JobSpec, makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { joinToken, startGateway, type TestGateway } from '../../gateway/testing/gateway-fixture.js';
import { newId } from '../../gateway/testing/run-events.js';
import { facts, ScriptedAgent } from '../../gateway/testing/scripted-agent.js';
import { makeApiToken } from '../../http/api-token.js';
import { hashSecret } from '../../http/secrets.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { ApplyModule } from '../apply/apply.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { CommandsModule } from '../commands/commands.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { RequestsModule } from '../requests/requests.module.js';
import { TaskAdoptionService } from './task-adoption.service.js';
import { TaskChangesModule } from './task-changes.module.js';

let database: TestDatabase;
let gateway: TestGateway;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url);
  app = await startTestApp(database.url, {
    modules: [TaskChangesModule, AuditModule, CommandsModule, ApplyModule, JobsModule, RequestsModule],
    // As several servers do.
    config: {
      signerKeyFile: join(gateway.folder, 'signer.key'),
      secretsKeyFile: join(gateway.folder, 'secrets.key'),
    },
  });
});
afterAll(async () => {
  await app.close();
  await gateway.close();
  await database.drop();
});

/** What the audit says of a route. */
async function audited(route: string): Promise<unknown[]> {
  const { rows } = await app.database.pool.query<{ body: string }>('SELECT body FROM audit_entry ORDER BY seq');
  return rows.map(({ body }) => JSON.parse(body)).filter((row: { route: unknown }) => row.route === route);
}

const comparedWith = { timezone: 'UTC', runner: { command: 'C:\\agent.exe', arguments: ['run'] }, sids: {} };
type Edit = (task: TaskDefinition) => TaskDefinition;
const set =
  (settings: TaskDefinition['settings']): Edit =>
  (task) => ({ ...task, settings: { ...task.settings, ...settings } });

/** A job on hosts whose edits are kept, and what these hosts tell. */
async function makeJob(count: number | readonly TestHost[] = 1, more: Record<string, unknown> = {}) {
  const hosts = typeof count === 'number' ? await Promise.all(Array.from({ length: count }, () => makeHost())) : count;
  const name = `job-${newId()}`;
  const targets = { hosts: hosts.map((host) => host.name) };
  const run = { program: 'C:\\x.exe' };
  const document = { kind: 'Job', name, targets, schedule: '0 2 * * *', run, onDrift: 'adopt', ...more };
  const apply = (change: object = {}) =>
    app.call(jobRoutes.apply, {
      body: { documents: [{ ...document, ...change }], dryRun: false, allowNoHosts: false },
    });
  await apply();
  const { id: jobId } = await app.call(jobRoutes.get, { name });
  const job = async () => {
    const { version, spec } = await app.call(jobRoutes.get, { name });
    return { version, spec: spec as unknown as JobSpec };
  };
  /** The host tells that it found its task of a version edited so. */
  const tell = async (edit: Edit, { host = hosts[0]!, version = 1, change = {} } = {}) => {
    const { spec } = await app.call(jobRoutes.version, { name, version });
    const manifest = onHost(makeManifest(jobId, version, spec as unknown as JobSpec), host.name);
    const task = taskForJob(manifest, { hostTimezone: 'UTC', runner: comparedWith.runner, agentId: host.agentId });
    if (!task.ok) throw new Error('not registrable');
    const definition = writeTaskXml(edit(task.value.definition));
    return host.send({
      kind: 'task.changed',
      jobId,
      version,
      state: 'drifted',
      found: 'edited',
      differences: ['x'],
      message: null,
      definitionHash: sha256Hex(definition),
      definition,
      comparedWith,
      changedAt: '2026-11-26T02:00:00.000Z',
      changedBy: 'CORP\\ann',
      ...change,
    });
  };
  const look = () => app.app.get(TaskAdoptionService).look();
  const changes = async () => (await app.call(jobRoutes.taskChanges, { name })).items;
  return { name, jobId, hosts, apply, job, tell, look, changes };
}

async function addApprover(): Promise<string> {
  const [accountId, { id, token }] = [newId(), makeApiToken()];
  const grants = JSON.stringify([{ role: 'approver', scope: { all: true } }]);
  await app.database.pool.query(
    `INSERT INTO account (id, name, name_key, kind, grants, author) VALUES ($1::uuid, $2, $2, 'person', $3, 'test')`,
    [accountId, `a${accountId}`, grants],
  );
  await app.database.pool.query(
    `INSERT INTO api_token (id, account_id, name, hash, area, author, expires_at)
     VALUES ($1, $2, 't', $3, 'all', 'test', now() + interval '1 hour')`,
    [id, accountId, hashSecret(token)],
  );
  return token;
}

type TestHost = Awaited<ReturnType<typeof makeHost>>;
async function makeHost(more: readonly string[] = ['repair']) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const name = `host-${newId()}`;
  const capabilities = ['adopt', 'overrides', 'override-settings', ...more];
  const said = { ...facts, hostname: name, capabilities };
  const identity = await agent.enroll(await joinToken(gateway), said);
  await agent.hello(identity, { facts: said });
  let seq = 0;
  const send = async (data: object) => {
    seq += 1;
    const eventId = newId();
    agent.send('events', { epoch: 1, firstSeq: seq, items: [{ seq, eventId, at: '2026-11-26T02:00:01.000Z', data }] });
    await agent.take('ack');
    return eventId;
  };
  return { name, agentId: identity.agentId, send, agent };
}

describe('an edited task of a job that keeps edits', () => {
  it('becomes what its host should have, in a version that says who and when', async () => {
    const { name, hosts, job, tell, look, changes } = await makeJob(2);
    const id = await tell(set({ enabled: false }));
    expect(await changes()).toMatchObject([{ id, adoption: 'wanted' }]);
    await Promise.all([look(), look()]);
    expect(await job()).toMatchObject({
      version: 2,
      spec: { enabled: true, overrides: [{ hosts: [hosts[0]?.name], enabled: false }] },
    });
    const [version] = (await app.call(jobRoutes.versions, { name })).items;
    expect(version).toMatchObject({
      author: 'host',
      reason: `\\Carillon\\${name} was edited on ${hosts[0]?.name} by CORP\\ann at 2026-11-26T02:00:00.000Z: enabled`,
    });
    expect(await changes()).toMatchObject([{ id, adoption: 'adopted', adoptedVersion: 2, adoptionReasons: [] }]);
    expect(app.hints).toContainEqual({ kind: 'desired', hostIds: expect.arrayContaining([hosts[1]?.agentId]) });
  });

  it('on several hosts at once becomes one version; a later one may have been told of an older version', async () => {
    const { hosts, job, tell, look, changes } = await makeJob(3);
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
    const { name, hosts, job, tell, look, changes } = await makeJob();
    await hosts[0]?.send({ kind: 'host.booted', bootedAt: '2026-11-26T00:00:00.000Z' });
    await gateway.rows(`UPDATE assignment SET state = 'applied' WHERE host_id = $1`, [hosts[0]?.agentId]);
    await tell(set({ enabled: false, priority: 9 }));
    await look();
    const reason = 'setting: settings.priority: wanted 5, found 9';
    expect(await changes()).toMatchObject([{ adoption: 'left', adoptionReasons: [reason], adoptedVersion: null }]);
    expect(await job()).toMatchObject({ version: 1 });
    const { items } = await app.call(jobRoutes.assignments, { name });
    expect(items).toMatchObject([{ state: 'drifted', message: expect.stringContaining(reason) }]);
  });

  it.each<[string, object, string]>([
    ['deleted', { found: 'deleted', definition: null }, 'deleted'],
    ['not told', { definition: null, definitionHash: 'b'.repeat(64) }, 'no_definition'],
    ['no task', { definition: '<x>' }, 'unreadable'],
    ['of a strange zone', { comparedWith: { ...comparedWith, timezone: 'Mars/Base' } }, 'timezone'],
  ])('%s is not guessed at', async (_, change, code) => {
    const { tell, look, changes } = await makeJob();
    await tell(set({ enabled: false }), { change });
    await look();
    expect(await changes()).toMatchObject([
      { adoption: 'left', adoptionReasons: [expect.stringContaining(`${code}: `)] },
    ]);
  });

  it('is forgotten when it was right again before anybody decided', async () => {
    const { job, tell, look, changes, jobId, hosts } = await makeJob();
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
    const { hosts, apply, tell, look } = await makeJob(2);
    await tell(set({ enabled: false }));
    await look();
    const { results } = await apply({ description: 'from the file' });
    expect(results).toMatchObject([{ warnings: [{ code: 'adopted_lost', count: 1, hosts: [hosts[0]?.name] }] }]);
    expect((await apply({ description: 'again' })).results[0]).not.toHaveProperty('warnings');
  });

  it('can be taken back, and what was written since stays', async () => {
    const { hosts, job, tell, look, changes } = await makeJob(2);
    const id = await tell(set({ enabled: false }));
    await tell(set({ enabled: false }), { host: hosts[1]! });
    await look();
    expect(await app.call(taskChangeRoutes.undo, { id })).toMatchObject({ host: hosts[0]?.name, version: 3 });
    expect((await job()).spec.overrides).toEqual([{ hosts: [hosts[1]?.name], enabled: false }]);
    expect(await audited('taskChanges.undo')).toMatchObject([
      { kind: 'Job', act: 'updated', ref: { version: 3 } },
      { kind: 'Task', act: 'took back', ref: { version: 3 } },
    ]);
    expect((await changes()).find((change) => change.id === id)).toMatchObject({
      adoption: 'adopted',
      undoneVersion: 3,
    });
    await expect(app.call(taskChangeRoutes.undo, { id })).rejects.toMatchObject({ body: { code: 'conflict' } });
    expect((await job()).version).toBe(3);
    const shown = await app.call(auditRoutes.list, { limit: 200 });
    expect(shown.items).toContainEqual(
      expect.objectContaining({ kind: 'Task', act: 'took back', after: { version: 3 } }),
    );
    const again = app.call(taskChangeRoutes.undo, { id: newId() });
    await expect(again).rejects.toMatchObject({ body: { code: 'not_found' } });
  });
});

describe('a drifted task that is put back', () => {
  /** A job that leaves edits, registered on its hosts. */
  async function makeLeft(count: number | readonly TestHost[] = 1) {
    const job = await makeJob(count, { onDrift: 'leave' });
    // That the host was heard at all: the assignments below are told of, not wanted.
    await gateway.rows(`UPDATE assignment SET state = 'applied', applied_version = 1 WHERE job_id = $1`, [job.jobId]);
    const drift = async (query = {}) => (await app.call(jobRoutes.drift, { name: job.name, ...query })).items;
    const repair = async (body = {}) => (await app.call(jobRoutes.repair, { name: job.name, body })).commands;
    const command = (id: string) => app.call(jobRoutes.command, { id });
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
    gateway.hints.publish({ kind: 'command', hostIds: [host?.agentId ?? ''] });
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
    expect((await audited('jobs.repair'))[0]).toMatchObject({
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
    const nothing = app.call(jobRoutes.repair, { name: 'nope', body: {} });
    await expect(nothing).rejects.toMatchObject({ status: 404 });
  });

  it('is no change of the job: neither a freeze nor a protected group stands against it', async () => {
    const { name, hosts, tell, repair } = await makeLeft();
    await tell(set({ enabled: false }));
    const [now, later] = [-60_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString().slice(0, 16));
    const freeze = { kind: 'Freeze', name: `f-${newId()}`, reason: 'quiet', covers: { jobs: [name] } };
    const group = { kind: 'HostGroup', name: `g-${newId()}`, hosts: [hosts[0]?.name], approval: { required: 1 } };
    const documents = [{ ...freeze, timezone: 'UTC', from: now, until: later }, group];
    await app.call(jobRoutes.apply, { body: { documents, dryRun: false, allowNoHosts: false } });
    expect(await repair()).toMatchObject([{ host: hosts[0]?.name }]);
  });

  it('is not asked of an agent that does not know how: that is said before and after', async () => {
    const host = await makeHost([]);
    const { tell, drift, repair, command } = await makeLeft([host]);
    await tell(set({ enabled: false }), { host });
    expect(await drift()).toMatchObject([{ host: host.name, canRepair: false }]);
    const [given] = await repair();
    gateway.hints.publish({ kind: 'command', hostIds: [host.agentId] });
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
    gateway.hints.publish({ kind: 'command', hostIds: [hosts[0]?.agentId ?? ''] });
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

describe('an edit that was written into the database', () => {
  it.each([
    ['of nobody', `gen_random_uuid()`, 'NULL'],
    ['with the proof of another', `gen_random_uuid()`, 'proof'],
  ])('%s makes no version, and says why', async (_what, id, proof) => {
    const { job, tell, look, changes, jobId } = await makeJob(1, { onDrift: 'report' });
    await tell(set({ priority: 9 }));
    await app.database.pool.query(
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
    const { job, tell, look, changes, jobId } = await makeJob();
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
  const client = await app.database.pool.connect();
  await client.query(`BEGIN; SET LOCAL session_replication_role = 'replica'; ${text}; COMMIT`);
  client.release();
}

describe('an edit that stands', () => {
  it('becomes what its host should have when somebody asks, once', async () => {
    const { tell, job, changes, hosts } = await makeJob(1, { onDrift: 'leave' });
    const id = await tell(set({ enabled: false }));
    expect(await changes()).toMatchObject([{ adoption: null }]);
    const adopt = () => app.call(taskChangeRoutes.adopt, { id });
    expect(await adopt()).toMatchObject({ host: hosts[0]?.name, version: 2 });
    expect(await job()).toMatchObject({ version: 2, spec: { overrides: [{ enabled: false }] } });
    expect(await changes()).toMatchObject([{ adoption: 'adopted', adoptedVersion: 2 }]);
    await expect(adopt()).rejects.toThrow('adopted already');
    expect(await audited('taskChanges.adopt')).toMatchObject([
      { kind: 'Job', act: 'updated', ref: { version: 2 } },
      { kind: 'Task', act: 'adopted', what: expect.stringContaining(hosts[0]?.name ?? '-'), ref: { version: 2 } },
    ]);
  });

  it('that no job can say is refused with the reason, and nothing changes', async () => {
    const { tell, job } = await makeJob(1, { onDrift: 'leave' });
    const id = await tell((task) => ({ ...task, settings: { ...task.settings, priority: 2 } }));
    await expect(app.call(taskChangeRoutes.adopt, { id })).rejects.toThrow('cannot be adopted');
    expect(await job()).toMatchObject({ version: 1 });
    await expect(app.call(taskChangeRoutes.adopt, { id: newId() })).rejects.toMatchObject({ status: 404 });
  });
});

describe('what was found', () => {
  it('is shown field by field, also where the host did not tell the same again', async () => {
    const { tell, changes } = await makeJob(1, { onDrift: 'repair' });
    await tell(set({ priority: 9 }), { change: { state: 'repaired' } });
    const id = await tell(set({ priority: 9 }), {
      change: { state: 'repaired', definition: undefined, comparedWith: undefined },
    });
    expect(await changes()).toMatchObject([{ adoption: null }, { adoption: null }]);
    const detail = await app.call(taskChangeRoutes.get, { id });
    expect(detail).toMatchObject({ fields: [{ path: 'settings.priority', wanted: 5, found: 9 }] });
    expect(detail.definition).toContain('<Priority>9</Priority>');
    expect(detail.wanted).toContain('<Priority>5</Priority>');
    await expect(app.call(taskChangeRoutes.undo, { id })).rejects.toBeInstanceOf(ApiFailure);
    await expect(app.call(taskChangeRoutes.get, { id: newId() })).rejects.toMatchObject({
      body: { code: 'not_found' },
    });
  });
});

describe('an edited task', () => {
  it('on a host of a protected group waits for somebody who asks, and for others who approve', async () => {
    const { name, hosts, job, tell, look, changes } = await makeJob();
    const group = { kind: 'HostGroup', name: `g-${name}`, hosts: [hosts[0]?.name], approval: { required: 1 } };
    await app.call(jobRoutes.apply, { body: { documents: [group] } });
    const id = await tell(set({ enabled: false }));
    await look();
    expect(await changes()).toMatchObject([
      { adoption: 'left', adoptionReasons: [expect.stringContaining('approval_needed: ')] },
    ]);
    const number = await app.call(taskChangeRoutes.adopt, { id }).then(
      () => 0,
      (error: ApiFailure) => Number(error.body.params.request),
    );
    expect(await job()).toMatchObject({ version: 1 });
    const { planHash } = await app.call(requestRoutes.get, { number });
    const token = await addApprover();
    const body = { planHash };
    const done = await callRoute({ baseUrl: app.origin, token }, requestRoutes.approve, { number, body });
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
    await app.call(jobRoutes.apply, { body: { documents: [document] } });
  };
  const thaw = () => app.database.pool.query(`DELETE FROM alert_document WHERE kind = 'Freeze'`);
  const frozen = { status: 409, body: { params: { freeze: expect.stringContaining('freeze job-') } } };

  it('edits that are kept wait, and are adopted when it is over', async () => {
    const { name, job, tell, look, changes } = await makeJob();
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
    const { name, tell, changes } = await makeJob(1, { onDrift: 'leave' });
    const id = await tell(set({ enabled: false }));
    await freeze(name);
    await expect(app.call(taskChangeRoutes.adopt, { id })).rejects.toMatchObject(frozen);
    expect(await changes()).toMatchObject([{ adoption: null }]);
    expect(await app.call(taskChangeRoutes.adopt, { id, overrideFreeze: 'it is right' })).toMatchObject({ version: 2 });
    expect(await audited('taskChanges.adopt')).toContainEqual(
      expect.objectContaining({ kind: 'Freeze', act: 'overridden', text: 'it is right', after: { job: name } }),
    );
    await expect(app.call(taskChangeRoutes.undo, { id })).rejects.toMatchObject(frozen);
    expect(await app.call(taskChangeRoutes.undo, { id, overrideFreeze: 'it is not' })).toMatchObject({ version: 3 });
    await thaw();
  });
});
