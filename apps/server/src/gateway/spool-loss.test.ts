import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { SpoolLost } from '@carillon/contract/agent/host-events';
import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const at = '2026-11-23T08:00:00.000Z';

function lost(seq: number, change: Partial<SpoolLost> = {}, eventId = newId()): AgentEvent {
  const counts = { runEvents: 3, otherEvents: 2, outputRuns: 1, outputBytes: 4_096 };
  return {
    seq,
    eventId,
    at,
    data: { kind: 'spool.lost', reason: 'size', ...counts, runIds: [newId(), newId()], from: at, to: null, ...change },
  };
}

async function online() {
  const agent = await ScriptedAgent.dial(gateway.port);
  const identity = await agent.enroll(await joinToken(gateway), { hostname: `host-${newId()}` });
  await agent.hello(identity);
  return { agent, hostId: identity.agentId };
}

describe('what a host had to give up', () => {
  it('is stored once, also when it is told again in a new epoch', async () => {
    const { agent, hostId } = await online();
    const [size, disk] = [lost(1), lost(2, { reason: 'disk', runIds: [], from: null })];
    agent.send('events', { epoch: 1, firstSeq: 1, items: [size, disk] });
    expect((await agent.take('ack')).body).toEqual({ epoch: 1, upToSeq: 2 });
    agent.send('events', { epoch: 2, firstSeq: 1, items: [{ ...disk, seq: 1 }] });
    expect((await agent.take('ack')).body).toEqual({ epoch: 2, upToSeq: 1 });
    const sql = `SELECT id, reason, run_events::int AS events, output_bytes::int AS bytes, run_ids AS runs, lost_from AS "from"
      FROM spool_loss WHERE host_id = $1 ORDER BY reason`;
    expect(await gateway.rows(sql, [hostId])).toEqual([
      {
        id: size.eventId,
        reason: 'size',
        events: 3,
        bytes: 4_096,
        runs: (size.data as SpoolLost).runIds,
        from: new Date(at),
      },
      { id: disk.eventId, reason: 'disk', events: 3, bytes: 4_096, runs: [], from: null },
    ]);
  });
});

describe('the room on a host', () => {
  it('is kept from the last heartbeat that tells it', async () => {
    const { agent, hostId } = await online();
    const hash = 'd'.repeat(64);
    const beat = { desired: { rev: 0, hash }, observedHash: hash, spool: { epoch: 1, first: 1, next: 1 } };
    const room = async () => {
      await gateway.presence.flush(Date.now());
      const sql = 'SELECT spool_bytes::int AS spool, disk_problem AS problem FROM agent_session WHERE host_id = $1';
      return (await gateway.rows(sql, [hostId]))[0];
    };
    agent.send('agent.heartbeat', { ...beat, disk: { spoolBytes: 7, freeBytes: 8, problem: 'the disk is\u0000full' } });
    await agent.take('desired.notice');
    expect(await room()).toEqual({ spool: 7, problem: 'the disk is␀full' });
    // Of an agent that does not say.
    agent.send('agent.heartbeat', beat);
    await agent.take('desired.notice');
    expect(await room()).toEqual({ spool: 7, problem: 'the disk is␀full' });
    agent.send('agent.heartbeat', { ...beat, disk: { spoolBytes: 9, freeBytes: 8, problem: null } });
    await agent.take('desired.notice');
    expect(await room()).toEqual({ spool: 9, problem: null });
  });
});
