import { limits } from '@carillon/contract/limits';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { holdLock } from '../store/testing/outage.js';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await cloneDatabase();
  gateway = await startGateway(database.url);
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

describe('the time to say hello', () => {
  it('ends with a named refusal', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const agent = await ScriptedAgent.dial(gateway.port);
    await agent.take('challenge');
    vi.advanceTimersByTime(limits.helloTimeoutMs - 1);
    await agent.barrier();
    expect(agent.names()).toEqual([]);
    vi.advanceTimersByTime(1);
    const { body } = await agent.take('reject');
    expect(body).toEqual({ code: 'not_authenticated', message: 'expected hello or enroll within 10 s' });
    expect((await agent.closed()).code).toBe(4401);
  });

  it('also bounds our own answer, and a session that opens after it is let go', async () => {
    const first = await ScriptedAgent.dial(gateway.port);
    const identity = await first.enroll(await joinToken(gateway));
    await first.hangUp();
    const row = `SELECT * FROM agent_session WHERE host_id = '${identity.agentId}'`;
    const release = await holdLock(database.url, `${row} FOR UPDATE`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const agent = await ScriptedAgent.dial(gateway.port);
    await agent.sendHello(identity);
    await agent.barrier();
    vi.advanceTimersByTime(limits.helloTimeoutMs);
    vi.useRealTimers();
    expect((await agent.take('reject')).body).toMatchObject({ code: 'retry_later', retryAfterMs: expect.any(Number) });
    expect((await agent.closed()).code).toBe(1013);
    await release();
    await vi.waitFor(async () => expect(await gateway.rows(row)).toMatchObject([{ fence: '1', gateway_id: null }]));
    expect(gateway.status.snapshot()).toMatchObject({ agents: 0, unauthenticated: 0 });
  });
});
