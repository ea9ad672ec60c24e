import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdLock } from '../store/testing/outage.js';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { finishedRuns } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

let database: TestDatabase;
let gateway: TestGateway;
beforeEach(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url);
});
afterEach(async () => {
  await gateway.close();
  await database.drop();
});

describe('drain', () => {
  it('sends agents and strangers away with a time to come back, and lets nobody in', async () => {
    const agent = await ScriptedAgent.dial(gateway.port);
    const identity = await agent.enroll(await joinToken(gateway));
    await agent.hello(identity);
    const stranger = await ScriptedAgent.dial(gateway.port);
    await stranger.take('challenge');
    await gateway.gateway.drain();
    const { body } = await agent.take('goaway');
    expect(body.reason).toBe('drain');
    expect(body.reconnectInMs).toBeGreaterThanOrEqual(500);
    expect((await agent.closed()).code).toBe(1012);
    expect((await stranger.take('reject')).body).toMatchObject({
      code: 'retry_later',
      retryAfterMs: expect.any(Number),
    });
    await expect(ScriptedAgent.dial(gateway.port)).rejects.toThrow('503');
    expect(gateway.status.snapshot()).toEqual(
      expect.objectContaining({ agents: 0, unauthenticated: 0, draining: true }),
    );
    const held = await gateway.rows('SELECT 1 FROM agent_session WHERE gateway_id IS NOT NULL');
    expect(held).toEqual([]);
  });

  it('stores and acks what was received before it', async () => {
    const agent = await ScriptedAgent.dial(gateway.port);
    const { agentId } = await agent.enroll(await joinToken(gateway)).then(async (identity) => {
      await agent.hello(identity);
      return identity;
    });
    const release = await holdLock(database.url, `SELECT 1 FROM agent_session WHERE host_id = '${agentId}' FOR UPDATE`);
    agent.send('events', { epoch: 1, firstSeq: 1, items: finishedRuns(1, 7) });
    await vi.waitFor(async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(await gateway.rows(sql)).toHaveLength(1);
    });
    const drained = gateway.gateway.drain();
    await agent.take('goaway');
    await release();
    expect((await agent.take('ack')).body.upToSeq).toBe(7);
    expect((await agent.closed()).code).toBe(1012);
    await drained;
  });

  it('does not wait for ever for an agent that does not answer', async () => {
    const agent = await ScriptedAgent.dial(gateway.port);
    await agent.hello(await agent.enroll(await joinToken(gateway)));
    agent.ws.pause();
    await gateway.gateway.drain();
    expect(gateway.status.snapshot().agents).toBe(0);
    agent.ws.terminate();
  });
});
