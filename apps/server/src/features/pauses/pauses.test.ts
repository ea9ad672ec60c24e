import { join } from 'node:path';
import { hostIndex } from '@carillon/contract/agent/desired-messages';
import { api } from '@carillon/contract/http/api';
import { limits } from '@carillon/contract/limits';
import { desiredHash } from '@carillon/core/desired/desired-state';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinToken, startGateway, type TestGateway } from '../../gateway/testing/gateway-fixture.js';
import { putJob } from '../../gateway/testing/jobs.js';
import { newId } from '../../gateway/testing/run-events.js';
import { facts, ScriptedAgent } from '../../gateway/testing/scripted-agent.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { MaintenanceStore } from '../../store/maintenance.store.js';
import { PausesModule } from './pauses.module.js';

let database: TestDatabase;
let gateway: TestGateway;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url, { pollMs: 20 });
  app = await startTestApp(database.url, {
    modules: [PausesModule],
    // As several servers do.
    config: { signerKeyFile: join(gateway.folder, 'signer.key') },
  });
});
afterAll(async () => {
  await app.close();
  await gateway.close();
  await database.drop();
});

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

async function makeHost(capabilities = ['pause']) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const hostname = `host-${newId()}`;
  const said = { ...facts, hostname, capabilities };
  const identity = await agent.enroll(await joinToken(gateway), said);
  await agent.hello(identity, { facts: said });
  const index = async () => {
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    return hostIndex.parse(JSON.parse((await agent.take('desired.state')).body.index));
  };
  return { name: hostname, agent, index, identity, said };
}

const hashOf = ({ entries, pause }: Awaited<ReturnType<Awaited<ReturnType<typeof makeHost>>['index']>>) =>
  desiredHash(entries, pause && { ...pause, fromMs: Date.parse(pause.from), untilMs: Date.parse(pause.until) });

describe('a pause of hosts', () => {
  it('is part of what they should have, end and all, until somebody ends it', async () => {
    const host = await makeHost();
    await putJob(gateway, [host.name]);
    await host.agent.take('desired.notice');
    const until = inHours(2);
    const body = { hosts: [host.name], until, afterwards: 'run-once' as const, reason: 'new storage' };
    expect(await app.call(api.pauses.pause, { body })).toEqual({ until, hosts: [host.name], refused: [] });
    const { body: told } = await host.agent.take('desired.notice');
    const index = await host.index();
    expect(index.pause).toMatchObject({ until, afterwards: 'run-once', by: 'admin', reason: 'new storage' });
    expect(index).toMatchObject({ rev: told.rev, hash: told.hash });
    expect(hashOf(index)).toBe(index.hash);
    const { items } = await app.call(api.pauses.list, { host: host.name.toUpperCase() });
    expect(items).toMatchObject([{ host: host.name, until, by: 'admin' }]);

    await app.call(api.pauses.pause, { body: { ...body, until: inHours(3) } });
    expect((await app.call(api.pauses.list, { host: host.name })).items).toHaveLength(1);
    expect(await app.call(api.pauses.resume, { body: { hosts: [host.name] } })).toEqual({ hosts: [host.name] });
    expect(await app.call(api.pauses.resume, { body: { hosts: [host.name] } })).toEqual({ hosts: [] });
    const after = await host.index();
    expect(after.pause).toBeUndefined();
    expect(hashOf(after)).toBe(after.hash);
  });

  it('says which agents are too old for it, and leaves them alone', async () => {
    const [able, old] = [await makeHost(), await makeHost([])];
    const body = { hosts: [able.name, old.name], until: inHours(1), afterwards: 'skip' as const };
    const answer = await app.call(api.pauses.pause, { body });
    const why = 'its agent cannot do pause; upgrade it';
    expect(answer).toMatchObject({ hosts: [able.name], refused: [{ host: old.name, why }] });
    expect((await old.index()).pause).toBeUndefined();
  });

  it('ends where an agent is put back to a version that does not know it', async () => {
    const host = await makeHost();
    await app.call(api.pauses.pause, { body: { hosts: [host.name], until: inHours(1), afterwards: 'skip' } });
    await host.agent.hangUp();
    const again = await ScriptedAgent.dial(gateway.port);
    const { desired } = await again.hello(host.identity, { facts: { ...host.said, capabilities: [] } });
    expect(desired.hash).toBe(desiredHash([]));
  });

  it('goes from what hosts should have when it is long over', async () => {
    const host = await makeHost();
    await app.call(api.pauses.pause, { body: { hosts: [host.name], until: inHours(1), afterwards: 'skip' } });
    await gateway.rows(`UPDATE host_pause SET until_at = now() - interval '2 hours' WHERE ended_at IS NULL`, []);
    // As if it had been asked for then.
    const pause = { id: newId(), untilMs: Date.now() - 2 * hour, afterwards: 'skip' };
    await gateway.database.transaction(async () => {
      gateway.accepted.note({ kind: 'pause', hostIds: [host.identity.agentId], pauses: [pause] });
    });
    await new MaintenanceStore(app.database, { ...limits, keepRunsDays: 9, keepOutputDays: 9 }).run('pauses.end');
    const index = await host.index();
    expect(index.pause).toBeUndefined();
    expect(hashOf(index)).toBe(index.hash);
  });

  it.each([
    ['nobody', {}, 400],
    ['hosts that are not there', { hosts: ['nowhere'] }, 404],
    ['a time that is over', { all: true as const, until: inHours(-1) }, 400],
    ['a year', { all: true as const, until: inHours(24 * 365) }, 400],
  ])('of %s is refused', async (_what, change, status) => {
    const body = { until: inHours(1), afterwards: 'skip' as const, ...change };
    await expect(app.call(api.pauses.pause, { body })).rejects.toMatchObject({ status });
  });
});
