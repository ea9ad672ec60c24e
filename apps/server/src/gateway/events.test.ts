import { describe, expect, inject, it, vi } from 'vitest';
import { cutDatabase, holdLock } from '../store/testing/outage.js';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, finishedRuns, newId, started } from './testing/run-events.js';
import { type AgentIdentity, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

async function welcomed(): Promise<{ agent: ScriptedAgent; identity: AgentIdentity }> {
  const agent = await ScriptedAgent.dial(gateway.port);
  const identity = await agent.enroll(await joinToken(gateway));
  await agent.hello(identity);
  return { agent, identity };
}

async function back(identity: AgentIdentity, spool: { epoch: number; first: number; next: number }) {
  const agent = await ScriptedAgent.dial(gateway.port);
  await agent.hello(identity, { spool });
  return agent;
}

async function runsOf({ agentId }: AgentIdentity) {
  return gateway.rows('SELECT id, state, exit_code FROM run WHERE host_id = $1 ORDER BY id', [agentId]);
}

describe('events', () => {
  it('are stored as runs and acked; a start and its end are one run', async () => {
    const { agent, identity } = await welcomed();
    const begin = started(1);
    const runId = begin.data.runId;
    const id = agent.send('events', { epoch: 1, firstSeq: 1, items: [begin] });
    expect(await agent.take('ack')).toMatchObject({ re: id, body: { epoch: 1, upToSeq: 1 } });
    expect(await runsOf(identity)).toEqual([{ id: runId, state: 'running', exit_code: null }]);
    agent.send('events', {
      epoch: 1,
      firstSeq: 2,
      items: [finished(2, { runId, state: 'failed', exitCode: 0xc000013a })],
    });
    await agent.take('ack');
    expect(await runsOf(identity)).toEqual([{ id: runId, state: 'failed', exit_code: String(0xc000013a) }]);
  });

  it('of a run that come in the wrong order leave the end standing', async () => {
    const { agent, identity } = await welcomed();
    const runId = newId();
    agent.send('events', { epoch: 1, firstSeq: 1, items: [finished(1, { runId, exitCode: 3, state: 'failed' })] });
    agent.send('events', { epoch: 1, firstSeq: 2, items: [started(2, { runId })] });
    await agent.take('ack');
    await agent.take('ack');
    expect(await runsOf(identity)).toEqual([{ id: runId, state: 'failed', exit_code: '3' }]);
  });

  it('sent twice, in one session and in the next, are stored once and acked each time', async () => {
    const { agent, identity } = await welcomed();
    const items = finishedRuns(1, 50);
    const before = gateway.status.snapshot().eventsIngested;
    for (const _time of [1, 2]) {
      agent.send('events', { epoch: 1, firstSeq: 1, items });
      expect((await agent.take('ack')).body).toEqual({ epoch: 1, upToSeq: 50 });
    }
    await agent.hangUp();
    const again = await back(identity, { epoch: 1, first: 1, next: 51 });
    again.send('events', { epoch: 1, firstSeq: 1, items });
    expect((await again.take('ack')).body).toEqual({ epoch: 1, upToSeq: 50 });
    expect(await runsOf(identity)).toHaveLength(50);
    expect(gateway.status.snapshot().eventsIngested - before).toBe(50);
  });

  it('beyond a gap are not stored, and the ack says where to go on', async () => {
    const { agent, identity } = await welcomed();
    const items = finishedRuns(1, 30);
    agent.send('events', { epoch: 1, firstSeq: 1, items: items.slice(0, 10) });
    agent.send('events', { epoch: 1, firstSeq: 21, items: items.slice(20) });
    expect((await agent.take('ack')).body.upToSeq).toBe(10);
    expect((await agent.take('ack')).body.upToSeq).toBe(10);
    expect(await runsOf(identity)).toHaveLength(10);
    agent.send('events', { epoch: 1, firstSeq: 11, items: items.slice(10) });
    expect((await agent.take('ack')).body.upToSeq).toBe(30);
    expect(await runsOf(identity)).toHaveLength(30);
  });

  it('overlapping what is committed add only what is new', async () => {
    const { agent, identity } = await welcomed();
    const items = finishedRuns(1, 20);
    agent.send('events', { epoch: 1, firstSeq: 1, items: items.slice(0, 15) });
    agent.send('events', { epoch: 1, firstSeq: 6, items: items.slice(5) });
    await agent.take('ack');
    expect((await agent.take('ack')).body.upToSeq).toBe(20);
    expect(await runsOf(identity)).toHaveLength(20);
  });

  it('that cannot be read are listed in the ack, and their neighbours stored', async () => {
    const { agent, identity } = await welcomed();
    const bad = finished(2, { reason: 'a\0b' });
    const items = [finished(1), bad, { seq: 3, eventId: newId() }, { ...finished(4), seq: 9 }, finished(5)];
    agent.send('events', { epoch: 1, firstSeq: 1, items });
    const { body } = await agent.take('ack');
    expect(body.upToSeq).toBe(5);
    expect(body.rejected?.map(({ seq, code }) => [seq, code])).toEqual([
      [2, 'not_storable'],
      [3, 'bad_event'],
      [4, 'bad_seq'],
    ]);
    expect(await runsOf(identity)).toHaveLength(2);
  });

  it('in an epoch that no column can hold are refused and block nobody', async () => {
    const [one, other] = [await welcomed(), await welcomed()];
    one.agent.send('events', { epoch: 2 ** 40, firstSeq: 1, items: [finished(1)] });
    expect((await one.agent.take('nack')).body.message).toContain('events.epoch');
    other.agent.send('events', { epoch: 1, firstSeq: 1, items: [finished(1)] });
    await other.agent.take('ack');
  });
});

describe('a restored disk', () => {
  it('that sends other events under known numbers is asked for a new epoch, and nothing is lost', async () => {
    const { agent, identity } = await welcomed();
    agent.send('events', { epoch: 1, firstSeq: 1, items: finishedRuns(1, 3) });
    await agent.take('ack');
    const others = finishedRuns(2, 3);
    agent.send('events', { epoch: 1, firstSeq: 2, items: others });
    expect((await agent.take('epoch.renew')).body).toEqual({ epoch: 1, next: 2 });
    expect(await runsOf(identity)).toHaveLength(3);
    agent.send('events', {
      epoch: 2,
      firstSeq: 1,
      items: others.map((event, index) => ({ ...event, seq: index + 1 })),
    });
    expect((await agent.take('ack')).body).toEqual({ epoch: 2, upToSeq: 3 });
    expect(await runsOf(identity)).toHaveLength(6);
  });

  it('that comes back with less than is committed is told so at once', async () => {
    const { agent, identity } = await welcomed();
    agent.send('events', { epoch: 1, firstSeq: 1, items: finishedRuns(1, 9) });
    await agent.take('ack');
    await agent.hangUp();
    const restored = await back(identity, { epoch: 1, first: 3, next: 5 });
    expect((await restored.take('epoch.renew')).body).toEqual({ epoch: 1, next: 2 });
  });
});

describe('an ack', () => {
  it('comes only after the commit', async () => {
    const { agent, identity } = await welcomed();
    const release = await holdLock(
      gateway.databaseUrl,
      `SELECT 1 FROM agent_session WHERE host_id = '${identity.agentId}' FOR UPDATE`,
    );
    agent.send('events', { epoch: 1, firstSeq: 1, items: finishedRuns(1, 5) });
    await vi.waitFor(async () => {
      const waiting = await gateway.rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await agent.barrier();
    expect(agent.names()).toEqual([]);
    expect(await runsOf(identity)).toEqual([]);
    await release();
    expect((await agent.take('ack')).body.upToSeq).toBe(5);
    expect(await runsOf(identity)).toHaveLength(5);
  });

  it('waits for a database that is away, on the same socket, and the events are stored once', async () => {
    const { agent, identity } = await welcomed();
    const restore = await cutDatabase(inject('postgresUrl'), gateway.databaseUrl);
    const failures = gateway.status.snapshot().ingestFailures;
    agent.send('events', { epoch: 1, firstSeq: 1, items: finishedRuns(1, 5) });
    await vi.waitFor(() => expect(gateway.status.snapshot().ingestFailures).toBeGreaterThan(failures));
    await agent.barrier();
    expect(agent.names()).toEqual([]);
    await restore();
    expect((await agent.take('ack')).body).toEqual({ epoch: 1, upToSeq: 5 });
    expect(await runsOf(identity)).toHaveLength(5);
  });
});
