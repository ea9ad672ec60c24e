import { createHash, randomBytes } from 'node:crypto';
import type { Body } from '@carillon/contract/agent/catalog';
import { ApiFailure } from '@carillon/contract/http/client';
import { releasePartBytes, upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { limits } from '@carillon/contract/limits';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import type { Release } from '@carillon/core/upgrade/release';
import { haltAfterFailures } from '@carillon/core/upgrade/upgrade-plan';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinToken, startGateway, type TestGateway } from '../../gateway/testing/gateway-fixture.js';
import { newId } from '../../gateway/testing/run-events.js';
import { facts, ScriptedAgent } from '../../gateway/testing/scripted-agent.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { UpgradesModule } from './upgrades.module.js';

let database: TestDatabase;
let gateway: TestGateway;
let app: TestApp;
beforeAll(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url);
  app = await startTestApp(database.url, { modules: [UpgradesModule] });
});
afterAll(async () => {
  await app.close();
  await gateway.close();
  await database.drop();
});

const publisher = makeKeyPair();
let lastPatch = 0;

function signed(file: Buffer, changes: Partial<Release> = {}) {
  lastPatch += 1;
  const release: Release = {
    kind: 'carillon/release/v1',
    version: `0.2.${lastPatch}`,
    platform: 'node',
    sha256: createHash('sha256').update(file).digest('hex'),
    bytes: file.length,
    expires: '2099-01-01T00:00:00Z',
    ...changes,
  };
  const text = canonicalJson(release);
  return { release, body: { text, signature: signText(publisher.privateKey, 'carillon/v1/release', text) } };
}

const part = (sha256: string, file: Buffer, offset: number) =>
  app.call(upgradeRoutes.part, {
    sha256,
    body: { offset, data: file.subarray(offset, offset + releasePartBytes).toString('base64') },
  });

async function publish(file = randomBytes(100), changes: Partial<Release> = {}) {
  const { release, body } = signed(file, changes);
  let state = await app.call(upgradeRoutes.publish, { body });
  while (!state.complete) state = await part(release.sha256, file, state.received);
  return { ...release, body };
}

async function makeHost(capabilities = ['upgrade:node'], agentVersion = '0.1.0') {
  const name = `host-${newId()}`;
  const said = { ...facts, hostname: name, capabilities, agentVersion };
  const first = await ScriptedAgent.dial(gateway.port);
  const identity = await first.enroll(await joinToken(gateway), said);
  await first.hello(identity, { facts: said });
  const again = async (version: string) => {
    const agent = await ScriptedAgent.dial(gateway.port);
    await agent.hello(identity, { facts: { ...said, agentVersion: version } });
    return agent;
  };
  return { agent: first, name, again };
}

type Host = Awaited<ReturnType<typeof makeHost>>;
const plan = async (version: string, hosts: Host[], more: { percent?: number } = {}) => {
  const target = { hosts: hosts.map(({ name }) => name) };
  await app.call(upgradeRoutes.setRing, { body: { version, target, ...more } });
  const hint = app.hints.at(-1);
  expect(hint?.kind).toBe('upgrade');
  if (hint) gateway.hints.publish(hint);
};
const viewOf = async ({ name }: Host) =>
  (await app.call(upgradeRoutes.hosts, { host: name.toUpperCase() })).items.find(({ host }) => host === name);
const say = (agent: ScriptedAgent, status: Partial<Body<'upgrade.status'>>) =>
  agent.send('upgrade.status', {
    version: '0.2.0',
    state: 'failed',
    code: null,
    message: null,
    at: new Date().toISOString(),
    ...status,
  });
/** Everything that was sent before has been handled. */
const settled = async (agent: ScriptedAgent) => {
  agent.send('desired.get', { rev: 0, haveManifests: [] });
  await agent.take('desired.state');
};

describe('publishing', () => {
  it('takes a file in parts, goes on where it was, and believes only the right bytes', async () => {
    const file = randomBytes(releasePartBytes + 1_000);
    const { release, body } = signed(file);
    expect(await app.call(upgradeRoutes.publish, { body })).toMatchObject({ received: 0, complete: false });
    expect(await part(release.sha256, file, 0)).toMatchObject({ received: releasePartBytes, complete: false });
    await expect(part(release.sha256, file, 0)).rejects.toMatchObject({ status: 400 });
    expect(await app.call(upgradeRoutes.publish, { body })).toMatchObject({ received: releasePartBytes });
    const wrong = Buffer.concat([file.subarray(0, -1), Buffer.from([file.at(-1)! ^ 1])]);
    await expect(part(release.sha256, wrong, releasePartBytes)).rejects.toThrow('send them again from the start');
    expect(await app.call(upgradeRoutes.publish, { body })).toMatchObject({ received: 0 });
    await part(release.sha256, file, 0);
    expect(await part(release.sha256, file, releasePartBytes)).toMatchObject({ complete: true });
    expect((await app.call(upgradeRoutes.releases, {})).items[0]).toMatchObject({ version: release.version });
  });

  it('refuses a second file of one version, and what is no release', async () => {
    const { version } = await publish();
    const second = signed(randomBytes(10), { version });
    await expect(app.call(upgradeRoutes.publish, { body: second.body })).rejects.toMatchObject({ status: 409 });
    const broken = { text: '{"version":"1"}', signature: 'x' };
    await expect(app.call(upgradeRoutes.publish, { body: broken })).rejects.toBeInstanceOf(ApiFailure);
  });
});

describe('an offer', () => {
  it('goes to the hosts of a ring, at once and when they connect, and its bytes can be fetched from anywhere', async () => {
    const file = randomBytes(releasePartBytes + limits.releaseChunkBytes + 7);
    const release = await publish(file);
    const [chosen, other] = [await makeHost(), await makeHost()];
    await plan(release.version, [chosen]);
    const { body: offer } = await chosen.agent.take('upgrade.offer');
    expect(offer).toEqual({ ...release.body, healthWithinMs: 300_000, plan: expect.any(String) });
    const chunks: Buffer[] = [];
    for (let offset = 0; offset < file.length; ) {
      chosen.agent.send('release.get', { sha256: release.sha256, offset });
      const { body } = await chosen.agent.take('release.chunk');
      expect(body).toMatchObject({ offset, bytes: file.length });
      chunks.push(Buffer.from(body.data, 'base64'));
      offset += chunks.at(-1)!.length;
    }
    expect(Buffer.concat(chunks).equals(file)).toBe(true);
    await settled(other.agent);
    expect(other.agent.names()).not.toContain('upgrade.offer');
    const again = await chosen.again('0.1.0');
    await again.take('upgrade.offer');
    expect(await viewOf(chosen)).toMatchObject({ version: '0.1.0', wanted: release.version, reason: null });
  });

  it('ends with the version that was wanted, and with the plan', async () => {
    const { version } = await publish();
    const host = await makeHost();
    await plan(version, [host]);
    await host.agent.take('upgrade.offer');
    const upgraded = await host.again(version);
    say(upgraded, { version, state: 'installed' });
    await settled(upgraded);
    expect(upgraded.names()).not.toContain('upgrade.offer');
    expect(await viewOf(host)).toMatchObject({ version, reason: 'up_to_date', last: { version, state: 'installed' } });
    expect(await app.call(upgradeRoutes.stop, { version })).toEqual({ version, rings: 1 });
    expect(await viewOf(host)).toMatchObject({ wanted: null, reason: 'no_ring' });
  });

  it('is not repeated to a host that went back, and not made to others when several did', async () => {
    const { version } = await publish();
    const hosts: Host[] = [];
    for (let index = 0; index <= haltAfterFailures; index += 1) hosts.push(await makeHost());
    await plan(version, hosts.slice(0, haltAfterFailures));
    for (const { agent } of hosts.slice(0, haltAfterFailures)) {
      await agent.take('upgrade.offer');
      say(agent, { version, code: 'reverted', message: 'it did not come up\0' });
      await settled(agent);
    }
    expect(await viewOf(hosts[0]!)).toMatchObject({
      reason: 'failed_here',
      last: { code: 'reverted', message: 'it did not come up' },
    });
    // Once, however often the last host says so.
    say(hosts[haltAfterFailures - 1]!.agent, { version, code: 'reverted', message: 'again' });
    await settled(hosts[haltAfterFailures - 1]!.agent);
    expect(
      await gateway.rows(
        `SELECT body::jsonb->>'act' AS act FROM audit_entry WHERE body::jsonb->>'what' = $1 AND body::jsonb->>'via' = 'server'`,
        [version],
      ),
    ).toEqual([{ act: 'halted' }]);
    const rest = hosts.at(-1)!;
    await gateway.rows(
      `INSERT INTO upgrade_ring (id, version, target, target_key, percent, health_within_ms, author, updated_at)
       VALUES ($1, $2, $3, 'x', 100, 60000, 'x', now())`,
      [newId(), version, { hosts: [rest.name] }],
    );
    expect(await viewOf(rest)).toMatchObject({ reason: 'halted' });
    // Somebody has looked into it and plans it again.
    await plan(version, [rest]);
    await rest.agent.take('upgrade.offer');
  });

  it('goes on though hosts refuse it for reasons of their own', async () => {
    const { version } = await publish();
    const hosts: Host[] = [];
    for (let index = 0; index <= haltAfterFailures; index += 1) hosts.push(await makeHost());
    const [last, ...refusing] = hosts;
    await plan(version, refusing);
    for (const { agent } of refusing) {
      await agent.take('upgrade.offer');
      say(agent, { version, code: 'policy_upgrades', message: 'the agent is upgraded by hand here' });
      await settled(agent);
    }
    const target = { hosts: [last!.name] };
    await gateway.rows(
      `INSERT INTO upgrade_ring (id, version, target, target_key, percent, health_within_ms, author, updated_at)
       VALUES ($1, $2, $3, 'y', 100, 60000, 'x', now())`,
      [newId(), version, target],
    );
    expect(await viewOf(last!)).toMatchObject({ wanted: version, reason: null });
  });

  it('names what is wrong with a plan', async () => {
    const call = (body: object) => app.call(upgradeRoutes.setRing, { body: body as never });
    await expect(call({ version: '9.9.9', target: { all: true } })).rejects.toThrow('version: expected');
    const { version } = await publish();
    await expect(call({ version, target: {} })).rejects.toThrow('target: expected');
    await expect(call({ version, target: { groups: ['none'] } })).rejects.toThrow('target.groups: expected');
    await expect(call({ version, target: { all: true }, percent: 101 })).rejects.toThrow('percent');
  });
});
