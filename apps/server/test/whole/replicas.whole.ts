import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@carillon/stack/embedded-postgres';
import type { TcpTarget } from '@carillon/stack/tcp-proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishedRuns } from '../../src/gateway/testing/run-events.js';
import { type AgentIdentity, ScriptedAgent } from '../../src/gateway/testing/scripted-agent.js';
import { expectAgreement } from './agreement.js';
import { Cluster, redisProgram, type ServerProcess } from './cluster.js';
import { eventually } from './product.js';
import { TestHost } from './test-host.js';

const repository = resolve(import.meta.dirname, '../../../..');

/** Two hosts, the first at the first server and the second at the second, each with a job of its own. */
async function twoHosts(cluster: Cluster): Promise<[TestHost, TestHost]> {
  const hosts: TestHost[] = [];
  for (const [place, name] of ['one', 'two'].entries()) {
    cluster.door(place).aim(cluster.server(place).target);
    const host = await TestHost.enrol(cluster, { name, server: cluster.door(place).url });
    host.startAgent();
    hosts.push(host);
  }
  await cluster.server(0).api.call('POST', '/apply', { documents: hosts.map((host) => host.job(host.name, 300)) });
  await eventually(async () => hosts.every((host) => host.isRegistered(host.name)) || undefined);
  return hosts as [TestHost, TestHost];
}

/** @returns milliseconds until the program of the host has begun */
async function runNow(server: ServerProcess, host: TestHost): Promise<number> {
  const before = host.ledger().size;
  const startedMs = Date.now();
  await server.api.call('POST', `/jobs/${host.name}/run`, {});
  await eventually(async () => host.ledger().size > before || undefined);
  return Date.now() - startedMs;
}

describe.skipIf(redisProgram.kind === 'missing')(
  'two servers with Redis, which look by themselves once in 10 minutes',
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await Cluster.start({ redis: true, doors: 2, env: { CARILLON_POLL_MS: '600000' } });
    });
    afterAll(() => cluster?.stop());

    it('carry changes and commands to the agents of the other by hint', async () => {
      // Registered at both within the hook's time: that was a hint already.
      const [one, two] = await twoHosts(cluster);
      const [first, second] = cluster.servers as [ServerProcess, ServerProcess];
      const delays = [await runNow(first, two), await runNow(second, one), await runNow(first, one)];
      expect(Math.max(...delays)).toBeLessThan(30_000);
      await expectAgreement(cluster, [one, two]);
    });

    it('forget nothing when Redis forgets everything', async () => {
      const one = await TestHost.enrol(cluster, { name: 'three', server: cluster.door(0).url });
      one.startAgent();
      await cluster.api.call('POST', '/apply', { documents: [one.job('three', 300)] });
      await eventually(async () => one.isRegistered('three') || undefined);
      await cluster.redisCommand('FLUSHALL');
      expect(await runNow(cluster.server(1), one)).toBeLessThan(30_000);
      expect((await cluster.server(1).readiness())?.status).toBe('ready');
      await expectAgreement(cluster, [one]);
    });
  },
);

describe('two servers that know of each other only through Postgres', () => {
  let cluster: Cluster;
  let hosts: [TestHost, TestHost];
  let haproxy: TcpTarget;
  beforeAll(async () => {
    const env = { CARILLON_POLL_MS: '1000', CARILLON_DRAIN_MS: '2500' };
    haproxy = { host: '127.0.0.1', port: await freePort() };
    cluster = await Cluster.start({ doors: 2, env, origins: [`http://127.0.0.1:${haproxy.port}`] });
    hosts = await twoHosts(cluster);
  });
  afterAll(() => cluster?.stop());

  it('carry commands to the agents of the other within a poll', async () => {
    expect(await runNow(cluster.server(0), hosts[1])).toBeLessThan(20_000);
    expect(await runNow(cluster.server(1), hosts[0])).toBeLessThan(20_000);
    await expectAgreement(cluster, hosts);
  });

  /** An agent that says what the test tells it to. */
  async function enrolScripted(name: string): Promise<AgentIdentity> {
    const { token } = await cluster.api.call<{ token: string }>('POST', '/enrolment-tokens', {});
    const agent = await ScriptedAgent.dial(cluster.server(0).port);
    const identity = await agent.enroll(token, { hostname: name });
    await agent.hangUp();
    return identity;
  }
  const recorded = async ({ agentId }: AgentIdentity) =>
    (await cluster.rows<{ id: string }>('SELECT id FROM run WHERE host_id = $1', [agentId])).map(({ id }) => id).sort();

  it('refuse what an agent wrote to the one after it went to the other, and take it there', async () => {
    const identity = await enrolScripted('mover');
    const old = await ScriptedAgent.dial(cluster.server(0).port);
    await old.hello(identity);
    const moved = await ScriptedAgent.dial(cluster.server(1).port);
    const welcome = await moved.hello(identity);
    expect(welcome.fence).toBeGreaterThan(1);
    const items = finishedRuns(1, 3);
    old.send('events', { epoch: 1, firstSeq: 1, items });
    expect((await old.take('goaway')).body.reason).toBe('superseded');
    expect(await recorded(identity)).toEqual([]);
    moved.send('events', { epoch: 1, firstSeq: 1, items });
    expect((await moved.take('ack')).body.upToSeq).toBe(3);
    expect(await recorded(identity)).toEqual(items.map(({ data }) => data.runId).sort());
    await moved.hangUp();
  });

  it('send their agents away one by one when they stop: not ready first, nothing lost, spread over time', async () => {
    const [leaving, staying] = cluster.servers as [ServerProcess, ServerProcess];
    const identities = await Promise.all(Array.from({ length: 12 }, (_, index) => enrolScripted(`drained-${index}`)));
    const agents = await Promise.all(identities.map((identity) => talkUntilSentAway(leaving.port, identity)));
    await Promise.all(agents.map(({ begun }) => begun));
    const ended = leaving.stop();
    const refusing = await eventually(async () => {
      const found = await leaving.readiness();
      return found?.status === 'not-ready' ? found : undefined;
    });
    expect(refusing.checks.gateway).toEqual({ ok: false, message: 'agents are being sent to other servers' });
    const parted = await Promise.all(agents.map(({ parted }) => parted));
    expect(await ended).toBe(0);
    expect(new Set(parted.map(({ reconnectInMs }) => reconnectInMs)).size).toBeGreaterThan(6);
    for (const { reconnectInMs } of parted) expect(reconnectInMs).toBeGreaterThanOrEqual(500);

    for (const [index, { sent, acked }] of parted.entries()) {
      const identity = identities[index] as AgentIdentity;
      const again = await ScriptedAgent.dial(staying.port);
      const { ack } = await again.hello(identity, { spool: { epoch: 1, first: acked + 1, next: sent.length + 1 } });
      expect(ack.upTo).toBe(acked);
      const ids = sent.map(({ data }) => data.runId);
      expect(await recorded(identity)).toEqual(expect.arrayContaining(ids.slice(0, acked)));
      if (acked < sent.length) {
        again.send('events', { epoch: 1, firstSeq: acked + 1, items: sent.slice(acked) });
        expect((await again.take('ack')).body.upToSeq).toBe(sent.length);
      }
      expect(await recorded(identity)).toEqual([...ids].sort());
      await again.hangUp();
    }
    leaving.start();
    await leaving.untilReady();
  });

  it('are restarted one after the other under load, behind the small balancer, and nobody notices', () =>
    rollingRestart(cluster, hosts, { host: '127.0.0.1', port: cluster.balancer.port }));

  it.skipIf(!hasHaproxy())(
    'are restarted one after the other behind HAProxy with the shipped configuration',
    async () => {
      await startHaproxy(cluster, haproxy);
      await rollingRestart(cluster, hosts, haproxy);
    },
  );
});

type Sent = ReturnType<typeof finishedRuns>;
interface Parted {
  readonly sent: Sent;
  readonly acked: number;
  readonly reconnectInMs: number;
}

/** An agent that sends one run after the other, and stops when it is told to go. */
async function talkUntilSentAway(
  port: number,
  identity: AgentIdentity,
): Promise<{ begun: Promise<void>; parted: Promise<Parted> }> {
  const agent = await ScriptedAgent.dial(port);
  await agent.hello(identity);
  const sent: Sent[number][] = [];
  let acked = 0;
  let begin = () => undefined as unknown;
  const begun = new Promise<void>((done) => {
    begin = done;
  });
  const isSentAway = () => agent.names().includes('goaway');
  const talk = async () => {
    while (!isSentAway()) {
      const items = finishedRuns(sent.length + 1, 2);
      sent.push(...items);
      agent.send('events', { epoch: 1, firstSeq: items[0]?.seq ?? 0, items });
      acked = (await agent.take('ack')).body.upToSeq;
      begin();
    }
  };
  const parted = talk()
    .catch(() => undefined)
    .then(async () => {
      const { body } = await agent.take('goaway');
      expect(body.reason).toBe('drain');
      while (agent.names().includes('ack')) acked = (await agent.take('ack')).body.upToSeq;
      expect((await agent.closed()).code).toBe(1012);
      return { sent, acked, reconnectInMs: body.reconnectInMs };
    });
  return { begun, parted };
}

/** Restarts every server in turn while tasks run and people ask; afterwards ledgers and records must be equal. */
async function rollingRestart(cluster: Cluster, hosts: readonly TestHost[], front: TcpTarget): Promise<void> {
  for (const place of hosts.keys()) {
    cluster.door(place).aim(front);
    cluster.door(place).cut();
  }
  const load = { on: true, answers: 0, failures: [] as string[] };
  const token = readFileSync(join(cluster.folder, 'data/admin-token'), 'utf8').trim();
  const asking = (async () => {
    while (load.on) {
      try {
        const answer = await fetch(`http://${front.host}:${front.port}/api/v1/overview`, {
          headers: { authorization: `Bearer ${token}`, connection: 'close' },
        });
        if (answer.ok) load.answers += 1;
        else load.failures.push(String(answer.status));
      } catch (error) {
        load.failures.push(String((error as Error).cause ?? error));
      }
      await wait(50);
    }
  })();
  const working = (async () => {
    while (load.on) {
      for (const host of hosts) await host.startTask(host.name);
      await wait(1_000);
    }
  })();
  try {
    for (const server of cluster.servers) {
      expect(await server.stop()).toBe(0);
      server.start();
      await server.untilReady();
      await eventually(async () => cluster.balancer.healthy.every(Boolean) || undefined);
    }
  } finally {
    load.on = false;
    await Promise.all([asking, working]);
  }
  expect(load.failures).toEqual([]);
  expect(load.answers).toBeGreaterThan(20);
  await expectAgreement(cluster, hosts);
}

function hasHaproxy(): boolean {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** HAProxy as it is shipped, but for TLS and addresses. */
async function startHaproxy(cluster: Cluster, { port }: TcpTarget): Promise<void> {
  const shipped = readFileSync(join(repository, 'docker/haproxy.cfg'), 'utf8');
  const config = cluster.servers.reduce(
    (text, server, index) => text.replace(`server-${index + 1}:7070`, `127.0.0.1:${server.port}`),
    shipped.replace(/bind :8443 .*/, `bind 127.0.0.1:${port}`).replace(/maxconn .*/, 'maxconn 1000'),
  );
  const file = join(cluster.folder, 'haproxy.cfg');
  writeFileSync(file, config);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  cluster.onStop(async () => {
    const ended = once(child, 'exit');
    if (child.kill('SIGTERM')) await ended;
  });
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    return (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.ok || undefined;
  });
}
