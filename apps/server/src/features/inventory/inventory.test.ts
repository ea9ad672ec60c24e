import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { ApiFailure } from '@carillon/contract/http/client';
import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinToken, startGateway, type TestGateway } from '../../gateway/testing/gateway-fixture.js';
import { newId } from '../../gateway/testing/run-events.js';
import { facts, ScriptedAgent } from '../../gateway/testing/scripted-agent.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { ApplyModule } from '../apply/apply.module.js';
import { InventoryModule } from './inventory.module.js';

let database: TestDatabase;
let gateway: TestGateway;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url);
  app = await startTestApp(database.url, {
    modules: [InventoryModule, ApplyModule],
    // As several servers do.
    config: { signerKeyFile: join(gateway.folder, 'signer.key') },
  });
});
afterAll(async () => {
  await app.close();
  await gateway.close();
  await database.drop();
});

const taskXml = (
  change: { args?: string; time?: string; user?: string } = {},
) => `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers><CalendarTrigger><StartBoundary>2024-01-01T${change.time ?? '02:00:00'}</StartBoundary><ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay></CalendarTrigger></Triggers>
  <Principals><Principal id="A"><UserId>${change.user ?? 'S-1-5-18'}</UserId></Principal></Principals>
  <Settings/>
  <Actions Context="A"><Exec><Command>%windir%\\System32\\robocopy.exe</Command><Arguments>${change.args ?? 'D:\\a \\\\nas\\a'}</Arguments></Exec></Actions>
</Task>`;

type Task = Body<'inventory'>['tasks'][number];
const task = (path: string, definition: string | null = taskXml(), change: Partial<Task> = {}): Task => ({
  path,
  definitionHash: sha256Hex(definition ?? ''),
  definition,
  problem: null,
  enabled: true,
  runAs: 'S-1-5-18',
  lastResult: 0,
  lastRunAt: null,
  nextRunAt: null,
  ...change,
});

async function makeHost(capabilities = ['replace', 'inventory']) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const name = `host-${newId()}`;
  const said = { ...facts, hostname: name, capabilities };
  await agent.hello(await agent.enroll(await joinToken(gateway), said), { facts: said });
  const tell = (tasks: Task[], change: Partial<Body<'inventory'>> = {}) => {
    const variables = { windir: 'C:\\Windows' };
    const whole = { hash: sha256Hex(newId()), base: null, page: 1, pages: 1, removed: [], omitted: 0, variables };
    const body = { ...whole, tasks, ...change };
    agent.send('inventory', body);
    return body.hash;
  };
  /** What is sent next is answered after everything before it was handled. */
  const settled = async () => {
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    await agent.take('desired.state');
  };
  const list = async () => (await app.call(inventoryRoutes.ofHost, { name })).items;
  return { agent, name, tell, settled, list };
}

describe("a host's own tasks", () => {
  it('are listed, changed and removed as the agent tells; changes that do not fit make it tell all of them', async () => {
    const host = await makeHost();
    const hash = host.tell([task('\\Old'), task('\\Backup\\Nightly'), task('\\Carillon\\ours')]);
    await host.settled();
    expect(await host.list()).toMatchObject([
      { path: '\\Backup\\Nightly', schedule: '0 2 * * *', command: '%windir%\\System32\\robocopy.exe', enabled: true },
      { path: '\\Old' },
    ]);

    const ran = task('\\Backup\\Nightly', taskXml(), { definition: null, lastResult: 0xffff_ffff });
    const next = host.tell([ran], { base: hash, removed: ['\\Old'] });
    await host.settled();
    expect(await host.list()).toMatchObject([
      { path: '\\Backup\\Nightly', lastResult: 4294967295, schedule: '0 2 * * *' },
    ]);

    host.tell([task('\\Lost')], { base: hash });
    await host.agent.take('inventory.get');
    expect(await host.list()).toHaveLength(1);
    // The same list again, as after a reconnect, is nothing to ask about.
    host.tell([], { hash: next, base: next });
    await host.settled();
    expect(host.agent.names()).not.toContain('inventory.get');

    const pages = { hash: sha256Hex('two pages'), pages: 2 };
    host.tell([task('\\A')], pages);
    host.tell([task('\\B')], { ...pages, page: 2 });
    await host.settled();
    expect((await host.list()).map(({ path }) => path)).toEqual(['\\A', '\\B']);
  });
});

describe('a wish to know the tasks of a host now', () => {
  it('is a hint to whoever holds its socket', async () => {
    const host = await makeHost();
    expect(await app.call(inventoryRoutes.refresh, { name: host.name })).toEqual({ name: host.name, asked: true });
    const hint = app.hints.at(-1);
    expect(hint).toMatchObject({ kind: 'inventory' });
    if (hint) gateway.hints.publish(hint);
    await host.agent.take('inventory.get');
  });
});

describe('similar tasks', () => {
  it('are one group, and become one job for each way they differ', async () => {
    const [a, b, c, old] = [await makeHost(), await makeHost(), await makeHost(), await makeHost([])];
    const mine = (args?: string) => taskXml({ time: '03:33:00', ...(args ? { args } : {}) });
    a.tell([task('\\Copy', mine())]);
    b.tell([task('\\Jobs\\Copy', mine())]);
    c.tell([task('\\Copy', mine('E:\\x \\\\nas\\x'))]);
    old.tell([task('\\Copy', mine())]);
    for (const host of [a, b, c, old]) await host.settled();

    const groups = await app.call(inventoryRoutes.groups, { search: 'copy' });
    const group = groups.items.find(({ hosts }) => hosts === 4);
    expect(group).toMatchObject({ name: 'Copy', tasks: 4, variants: 2, replaced: 0 });
    const id = group?.id ?? '';
    const detail = await app.call(inventoryRoutes.group, { id });
    expect(detail.differences.map(({ field }) => field)).toEqual(['path', 'arguments']);

    const plan = await app.call(inventoryRoutes.plan, { body: { what: id } });
    expect(plan.refused).toMatchObject([{ host: old.name, problems: [{ code: 'old_agent' }] }]);
    expect(plan.jobs.map(({ document, hosts }) => [document.name, hosts.toSorted(), document.replaces])).toEqual([
      ['Copy', [a.name, b.name].toSorted(), expect.arrayContaining(['\\Copy', '\\Jobs\\Copy'])],
      ['Copy-2', [c.name], ['\\Copy']],
    ]);
    expect(plan.jobs[0]?.document).toMatchObject({
      schedule: [{ cron: '33 3 * * *' }],
      run: { program: 'C:\\Windows\\System32\\robocopy.exe', arguments: ['D:\\a', '\\\\nas\\a'] },
    });
    expect(plan.jobs[0]?.notes.map(({ code }) => code)).toContain('batteries');

    const applied = await app.call(jobRoutes.apply, { body: { documents: plan.jobs.map(({ document }) => document) } });
    expect(applied.results).toMatchObject([
      { name: 'Copy', hosts: 2 },
      { name: 'Copy-2', hosts: 1 },
    ]);
    const again = await app.call(inventoryRoutes.plan, { body: { what: id, hosts: [a.name] } });
    expect(again).toMatchObject({ jobs: [], refused: [{ problems: [{ code: 'adopted' }] }] });
    expect((await app.call(inventoryRoutes.group, { id })).replaced).toBe(3);
  });

  it('that differ in arguments and account are one job with overrides, where the agents know those', async () => {
    const capabilities = ['replace', 'inventory', 'overrides'];
    const hosts = [await makeHost(capabilities), await makeHost(capabilities), await makeHost(capabilities)] as const;
    const at = { time: '04:44:00' };
    const definitions = [taskXml(at), taskXml(at), taskXml({ ...at, args: 'E:\\x', user: 'S-1-5-19' })];
    for (const [index, host] of hosts.entries()) {
      host.tell([task('\\Sync', definitions[index])]);
      await host.settled();
    }
    const { jobs } = await app.call(inventoryRoutes.plan, { body: { what: '\\Sync' } });
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.document).toMatchObject({
      run: { arguments: ['D:\\a', '\\\\nas\\a'] },
      overrides: [{ hosts: [hosts[2].name], arguments: ['E:\\x'], runAs: 'local-service' }],
    });
    expect(jobs[0]?.document).not.toHaveProperty('runAs');
    const applied = await app.call(jobRoutes.apply, { body: { documents: jobs.map(({ document }) => document) } });
    expect(applied.results).toMatchObject([{ name: 'Sync', hosts: 3 }]);
  });

  it('that cannot be a job say why', async () => {
    const host = await makeHost();
    host.tell([task('\\Pw', taskXml({ user: 'CORP\\etl' })), task('\\Bad', '<Task/>')]);
    await host.settled();
    const plan = (what: string) => app.call(inventoryRoutes.plan, { body: { what, hosts: [host.name] } });
    expect(await plan('\\Pw')).toMatchObject({ jobs: [], refused: [{ problems: [{ code: 'account' }] }] });
    expect(await plan('\\Bad')).toMatchObject({ jobs: [], refused: [{ problems: [{ code: 'unreadable' }] }] });
    await expect(plan('\\None')).rejects.toBeInstanceOf(ApiFailure);
  });
});

describe('asking hosts again', () => {
  it('tells who was asked, who cannot be, and who has not answered since', async () => {
    const host = await makeHost();
    const unable = await makeHost(['replace']);
    const gone = await makeHost();
    await gone.agent.hangUp();
    host.tell([task('\\Old')]);
    await host.settled();
    await expect
      .poll(async () => (await app.call(inventoryRoutes.refreshAll, { body: { hosts: [gone.name] } })).offline)
      .toEqual([gone.name]);
    const hosts = [host.name.toUpperCase(), unable.name, gone.name];
    const asked = await app.call(inventoryRoutes.refreshAll, { body: { hosts } });
    expect(asked).toMatchObject({ asked: 1, offline: [gone.name], offlineCount: 1, unable: [unable.name] });
    expect(app.hints.at(-1)).toMatchObject({ kind: 'inventory' });
    const stale = async (name: string) => app.call(inventoryRoutes.stale, { since: asked.requestedAt, host: name });
    expect(await stale(host.name)).toEqual({ count: 1, hosts: [host.name] });
    expect(await stale(gone.name)).toEqual({ count: 0, hosts: [] });
    host.tell([task('\\Old')]);
    await host.settled();
    expect(await stale(host.name)).toEqual({ count: 0, hosts: [] });
    await expect(app.call(inventoryRoutes.refreshAll, { body: { hosts: ['nobody'] } })).rejects.toBeInstanceOf(
      ApiFailure,
    );
  });
});

describe('tasks of named accounts', () => {
  const principal = (logonType: string) =>
    taskXml().replace(
      '<UserId>S-1-5-18</UserId>',
      `<UserId>S-1-5-21-1-2-3-1001</UserId><LogonType>${logonType}</LogonType>`,
    );

  it('keep their account, by the name that the host lists; a password is asked for on the host', async () => {
    const host = await makeHost(['replace', 'inventory', 'accounts', 'interactive']);
    const listed = { runAs: 'CORP\\etl' };
    const kinds = { S4U: 's4u', Password: 'user', InteractiveToken: 'interactive' };
    host.tell(Object.keys(kinds).map((logonType) => task(`\\${logonType}`, principal(logonType), listed)));
    await host.settled();
    for (const [logonType, kind] of Object.entries(kinds)) {
      const body = { what: `\\${logonType}`, hosts: [host.name] };
      const { jobs } = await app.call(inventoryRoutes.plan, { body });
      expect(jobs[0]?.document).toMatchObject({ runAs: { [kind]: 'CORP\\etl' } });
      expect(jobs[0]?.notes.some(({ code }) => code === 'password')).toBe(kind === 'user');
      const documents = jobs.map(({ document }) => document);
      expect(await app.call(jobRoutes.apply, { body: { documents } })).toMatchObject({ results: [{ hosts: 1 }] });
    }
  });

  it('stay as they are where the agent knows no such jobs', async () => {
    const host = await makeHost(['replace', 'inventory', 'accounts']);
    host.tell([task('\\Session', principal('InteractiveToken'))]);
    await host.settled();
    const plan = await app.call(inventoryRoutes.plan, { body: { what: '\\Session', hosts: [host.name] } });
    expect(plan).toMatchObject({ jobs: [], refused: [{ problems: [{ code: 'old_agent' }] }] });
  });
});

describe('what was replaced', () => {
  it('is kept in the centre too', async () => {
    const host = await makeHost();
    const jobId = newId();
    const data = {
      kind: 'task.replaced' as const,
      jobId,
      version: 1,
      path: '\\Copy',
      state: 'replaced' as const,
      wasEnabled: true,
      xml: taskXml(),
      message: null,
    };
    const item = { seq: 1, eventId: newId(), at: '2026-11-26T08:00:00.000Z', data };
    host.agent.send('events', { epoch: 1, firstSeq: 1, items: [item] });
    expect((await host.agent.take('ack')).body).toEqual({ epoch: 1, upToSeq: 1 });
    const rows = await gateway.rows('SELECT path, state, definition FROM task_replacement WHERE job_id = $1', [jobId]);
    expect(rows).toEqual([{ path: '\\Copy', state: 'replaced', definition: taskXml() }]);
  });
});
