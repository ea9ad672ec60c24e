import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { TaskChanged } from '@carillon/contract/agent/task-events';
import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { putJob, type TestJob } from './testing/jobs.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, newId } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const at = '2026-11-23T08:00:00.000Z';
const observedHash = 'd'.repeat(64);

function changed(seq: number, job: TestJob, change: Partial<TaskChanged> = {}): AgentEvent {
  const { jobId, version } = job;
  const found = { state: 'drifted', found: 'edited', differences: ['settings.priority: wanted 5, found 9'] } as const;
  return {
    seq,
    eventId: newId(),
    at,
    data: { kind: 'task.changed', jobId, version, ...found, message: null, ...change } as TaskChanged,
  };
}

/** A host with one job applied. */
async function applied() {
  const agent = await ScriptedAgent.dial(gateway.port);
  const hostname = `host-${newId()}`;
  const { agentId } = await agent.enroll(await joinToken(gateway), { hostname }).then(async (identity) => {
    await agent.hello(identity);
    return identity;
  });
  const job = await putJob(gateway, [hostname]);
  const tell = async () => {
    agent.send('apply.status', { rev: 1, observedHash, jobs: [{ jobId: job.jobId, version: 1, state: 'applied' }] });
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    await agent.take('desired.state');
  };
  await tell();
  const send = async (...items: AgentEvent[]) => {
    agent.send('events', { epoch: 1, firstSeq: items[0]?.seq ?? 1, items });
    return (await agent.take('ack')).body;
  };
  const assignment = async () => {
    const sql = 'SELECT state, code, message FROM assignment WHERE host_id = $1 AND job_id = $2';
    return (await gateway.rows(sql, [agentId, job.jobId]))[0];
  };
  const changes = () =>
    gateway.rows('SELECT state, found, differences, message FROM task_change WHERE host_id = $1 ORDER BY id', [
      agentId,
    ]);
  return { job, tell, send, assignment, changes };
}

describe('a changed task', () => {
  it('that stays so marks its assignment, with the differences, until it is right again', async () => {
    const { job, tell, send, assignment, changes } = await applied();
    expect(await assignment()).toEqual({ state: 'applied', code: null, message: null });
    await send(changed(1, job));
    const drifted = { state: 'drifted', code: 'edited', message: 'settings.priority: wanted 5, found 9' };
    expect(await assignment()).toEqual(drifted);
    await tell();
    expect(await assignment()).toEqual(drifted);
    await send(changed(2, job, { state: 'restored', found: null, differences: [] }));
    expect(await assignment()).toEqual({ state: 'applied', code: null, message: null });
    expect(await changes()).toMatchObject([
      { state: 'drifted', found: 'edited', differences: ['settings.priority: wanted 5, found 9'] },
      { state: 'restored', found: null, differences: [] },
    ]);
  });

  it('that was put right is on record and changes nothing else', async () => {
    const { job, send, assignment, changes } = await applied();
    await send(changed(1, job, { state: 'repaired', found: 'deleted', differences: [] }));
    expect(await assignment()).toMatchObject({ state: 'applied' });
    expect(await changes()).toMatchObject([{ state: 'repaired', found: 'deleted' }]);
  });

  it('comes among runs, twice, with strange signs, and of jobs nobody knows', async () => {
    const { job, send, assignment, changes } = await applied();
    const strange = changed(2, job, { message: 'a\0b', differences: ['a\nb\0', "it's {1,2}"] });
    const unknown = changed(3, { ...job, jobId: newId() });
    const items = [finished(1), strange, unknown, finished(4)];
    expect(await send(...items)).toEqual({ epoch: 1, upToSeq: 4 });
    expect(await send(...items)).toEqual({ epoch: 1, upToSeq: 4 });
    expect(await changes()).toMatchObject([{ differences: ['a b␀', "it's {1,2}"], message: 'a␀b' }]);
    expect(await assignment()).toMatchObject({ state: 'drifted', message: "a␀b; a\nb␀; it's {1,2}" });
  });

  it('of an older version is old news', async () => {
    const { job, send, assignment } = await applied();
    await send(changed(1, { ...job, version: 7 }));
    expect(await assignment()).toMatchObject({ state: 'applied' });
  });

  it('that comes several times in a batch counts as it was last', async () => {
    const { job, send, assignment } = await applied();
    await send(changed(1, job), changed(2, job, { state: 'repaired' }));
    expect(await assignment()).toMatchObject({ state: 'applied' });
  });
});
