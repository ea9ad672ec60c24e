import { expect, it, vi } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, newId, started } from './testing/run-events.js';
import { facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway({ pollMs: 20 });

async function welcomed(capabilities: string[]) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const said = { ...facts, hostname: `host-${newId()}`, capabilities };
  await agent.hello(await agent.enroll(await joinToken(gateway), said), { facts: said });
  return agent;
}

it('asks a host about runs that have been under way for minutes, until it tells their end', async () => {
  const agent = await welcomed(['runs-check']);
  const older = await welcomed([]);
  const startedAt = new Date().toISOString();
  const [open, young, over] = [1, 2, 3].map((seq) => started(seq, { startedAt, scheduledFor: null }));
  if (!open || !young || !over) throw new Error('unreachable');
  agent.send('events', { epoch: 1, firstSeq: 1, items: [open, young, over] });
  await agent.take('ack');
  agent.send('events', { epoch: 1, firstSeq: 4, items: [finished(4, { ...over.data, kind: 'run.finished' })] });
  await agent.take('ack');
  older.send('events', { epoch: 1, firstSeq: 1, items: [started(1)] });
  await older.take('ack');
  await gateway.database.pool.query(`UPDATE run SET received_at = now() - interval '3 minutes' WHERE id <> $1`, [
    young.data.runId,
  ]);
  const { kind: _, ...identity } = open.data;
  expect((await agent.take('runs.check')).body).toEqual({ runs: [identity] });

  const end = finished(5, { ...identity, state: 'indeterminate', reason: 'forgotten', exitCode: null });
  agent.send('events', { epoch: 1, firstSeq: 5, items: [end] });
  await agent.take('ack');
  expect(await gateway.rows('SELECT state, reason FROM run WHERE id = $1', [identity.runId])).toEqual([
    { state: 'indeterminate', reason: 'forgotten' },
  ]);
  expect(older.names()).not.toContain('runs.check');
  // What the host says later all the same counts.
  agent.send('events', { epoch: 1, firstSeq: 6, items: [finished(6, { ...identity, state: 'failed', exitCode: 3 })] });
  await vi.waitFor(async () =>
    expect(await gateway.rows('SELECT state FROM run WHERE id = $1', [identity.runId])).toEqual([{ state: 'failed' }]),
  );
});
