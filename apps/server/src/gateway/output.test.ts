import { describe, expect, it, vi } from 'vitest';
import { holdLock } from '../store/testing/outage.js';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, logFrame, newId } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

async function welcomed(): Promise<ScriptedAgent> {
  const agent = await ScriptedAgent.dial(gateway.port);
  await agent.hello(await agent.enroll(await joinToken(gateway)));
  return agent;
}

async function stored(runId: string) {
  return gateway.rows(
    `SELECT stream, "offset"::int, length, dropped_before::int AS dropped, data FROM run_output WHERE run_id = $1 ORDER BY stream, "offset"`,
    [runId],
  );
}

/** Several pieces may be acked by one message. */
async function acked(agent: ScriptedAgent, count: number) {
  const items: { runId: string; stream: string; upToOffset: number }[] = [];
  while (items.length < count) items.push(...(await agent.take('log.ack')).body.items);
  return items;
}

const piece = (stream: number, offset: number, text: string, dropped = 0) => {
  return { stream, offset, length: text.length, dropped, data: Buffer.from(text) };
};

describe('output', () => {
  it('is stored by run, stream and offset, also before its run is known, and acked', async () => {
    const agent = await welcomed();
    const runId = newId();
    agent.ws.send(logFrame(runId, 0, 'hello '));
    agent.ws.send(logFrame(runId, 6, 'world'));
    agent.ws.send(logFrame(runId, 0, 'oops', { stream: 'stderr' }));
    expect(await acked(agent, 3)).toEqual([
      { runId, stream: 'stdout', upToOffset: 6 },
      { runId, stream: 'stdout', upToOffset: 11 },
      { runId, stream: 'stderr', upToOffset: 4 },
    ]);
    expect(await stored(runId)).toEqual([piece(0, 0, 'hello '), piece(0, 6, 'world'), piece(1, 0, 'oops')]);
  });

  it('sent twice is stored once, acked twice and counted once', async () => {
    const agent = await welcomed();
    const runId = newId();
    const before = gateway.status.snapshot().logBytesIngested;
    for (const _time of [1, 2, 3]) {
      agent.ws.send(logFrame(runId, 0, 'twice'));
      await agent.take('log.ack');
    }
    expect(await stored(runId)).toEqual([piece(0, 0, 'twice')]);
    expect(gateway.status.snapshot().logBytesIngested - before).toBe(5);
  });

  it('with a gap, and an explicit one, is stored as it came', async () => {
    const agent = await welcomed();
    const runId = newId();
    agent.ws.send(logFrame(runId, 100, 'after'));
    agent.ws.send(logFrame(runId, 0, 'before'));
    agent.ws.send(logFrame(runId, 105, 'tail', { droppedBefore: 4_000 }));
    await acked(agent, 3);
    expect(await stored(runId)).toEqual([piece(0, 0, 'before'), piece(0, 100, 'after'), piece(0, 105, 'tail', 4_000)]);
  });

  it('at a known offset with other borders leaves the first piece standing', async () => {
    const agent = await welcomed();
    const runId = newId();
    agent.ws.send(logFrame(runId, 0, 'first'));
    agent.ws.send(logFrame(runId, 0, 'first and more'));
    await acked(agent, 2);
    expect(await stored(runId)).toEqual([piece(0, 0, 'first')]);
  });

  it('may be gzip, and its length must be true', async () => {
    const agent = await welcomed();
    const runId = newId();
    agent.ws.send(logFrame(runId, 0, 'x'.repeat(5_000), { codec: 'gzip' }));
    expect((await agent.take('log.ack')).body.items[0]?.upToOffset).toBe(5_000);
    for (const frame of [
      logFrame(runId, 5_000, 'y'.repeat(5_000), { codec: 'gzip', length: 9 }),
      logFrame(runId, 5_000, 'y'.repeat(50), { codec: 'gzip', length: 51 }),
      logFrame(runId, 5_000, 'plain', { length: 7 }),
      logFrame(runId, 5_000, 'not gzip', { codec: 'gzip', data: Buffer.from('not gzip') }),
    ]) {
      agent.ws.send(frame);
      expect(await agent.take('nack')).toMatchObject({
        re: runId,
        body: { code: 'bad_message', message: expect.stringContaining(`log frame: run ${runId}: `) },
      });
    }
    expect(await stored(runId)).toHaveLength(1);
  });

  it('of another host’s run is refused', async () => {
    const [owner, stranger] = [await welcomed(), await welcomed()];
    const runId = newId();
    owner.send('events', { epoch: 1, firstSeq: 1, items: [finished(1, { runId })] });
    await owner.take('ack');
    stranger.ws.send(logFrame(runId, 0, 'forged'));
    expect((await stranger.take('nack')).body.message).toBe(`log frame: run ${runId} is not a run of this host`);
    expect(await stored(runId)).toEqual([]);
  });

  it('is acked only after the commit', async () => {
    const agent = await welcomed();
    const runId = newId();
    const release = await holdLock(gateway.databaseUrl, 'LOCK TABLE run_output IN EXCLUSIVE MODE');
    agent.ws.send(logFrame(runId, 0, 'late'));
    await vi.waitFor(async () => {
      const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(await gateway.rows(sql)).toHaveLength(1);
    });
    await agent.barrier();
    expect(agent.names()).toEqual([]);
    await release();
    await agent.take('log.ack');
    expect(await stored(runId)).toEqual([piece(0, 0, 'late')]);
  });
});
