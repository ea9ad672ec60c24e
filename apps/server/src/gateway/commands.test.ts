import { describe, expect, it, vi } from 'vitest';
import { claimRows } from '../store/command-delivery.store.js';
import { joinToken, startGateway, type TestGateway } from './testing/gateway-fixture.js';
import { putCommand } from './testing/jobs.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, newId } from './testing/run-events.js';
import { facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

async function welcomed(on: TestGateway = gateway, capabilities: string[] = []) {
  const agent = await ScriptedAgent.dial(on.port);
  const said = { ...facts, capabilities, agentVersion: '1.4.2' };
  const identity = await agent.enroll(await joinToken(on), said);
  await agent.hello(identity, { facts: said });
  return { agent, identity, hostId: identity.agentId };
}

async function commandRow(id: string) {
  const [row] = await gateway.rows('SELECT state, code, message, run_id FROM command WHERE id = $1', [id]);
  return row;
}

const idOf = (text: string) => JSON.parse(text).commandId;

describe('a command', () => {
  it('goes out on a hint, signed, and its answers are noted', async () => {
    const { agent, hostId } = await welcomed();
    const id = await putCommand(gateway, hostId);
    const { body } = await agent.take('command');
    expect(idOf(body.text)).toBe(id);
    expect(await commandRow(id)).toMatchObject({ state: 'delivered' });
    const runId = newId();
    agent.send('command.result', { commandId: id, state: 'accepted', runId });
    await vi.waitFor(async () => expect(await commandRow(id)).toMatchObject({ state: 'accepted', run_id: runId }));
    agent.send('command.result', { commandId: id, state: 'done', runId });
    agent.send('command.result', { commandId: id, state: 'accepted' });
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    await agent.take('desired.state');
    expect(await commandRow(id)).toMatchObject({ state: 'done', run_id: runId });
  });

  it('that the agent refused says why', async () => {
    const { agent, hostId } = await welcomed();
    const id = await putCommand(gateway, hostId);
    await agent.take('command');
    agent.send('command.result', { commandId: id, state: 'rejected', code: 'policy', message: 'no ad-hoc runs here' });
    await vi.waitFor(async () => {
      expect(await commandRow(id)).toMatchObject({ state: 'rejected', code: 'policy', message: 'no ad-hoc runs here' });
    });
  });

  it('of another host cannot be answered', async () => {
    const [one, other] = [await welcomed(), await welcomed()];
    const id = await putCommand(gateway, one.hostId);
    await one.agent.take('command');
    other.agent.send('command.result', { commandId: id, state: 'done' });
    other.agent.send('desired.get', { rev: 0, haveManifests: [] });
    await other.agent.take('desired.state');
    expect(await commandRow(id)).toMatchObject({ state: 'delivered' });
  });

  it('waits for an agent that is away; one whose life ended is not sent', async () => {
    const { agent, identity, hostId } = await welcomed();
    await agent.hangUp();
    const late = await putCommand(gateway, hostId, { expiresInMs: -1 });
    const id = await putCommand(gateway, hostId);
    const again = await ScriptedAgent.dial(gateway.port);
    await again.hello(identity);
    expect(idOf((await again.take('command')).body.text)).toBe(id);
    expect(again.names()).toEqual([]);
    expect(await commandRow(late)).toMatchObject({ state: 'queued' });
  });

  it('is found by the poll when the hint was lost', async () => {
    const deaf = await startGateway(gateway.databaseUrl, { folder: gateway.folder, pollMs: 20 });
    const { agent, hostId } = await welcomed(deaf);
    const id = await putCommand(gateway, hostId, { hint: false });
    expect(idOf((await agent.take('command')).body.text)).toBe(id);
    await deaf.close();
  });

  it('is sent once, however often it is hinted and to whichever socket of the host', async () => {
    const { agent, identity, hostId } = await welcomed();
    const id = await putCommand(gateway, hostId);
    for (let count = 0; count < 20; count += 1) gateway.hints.publish({ kind: 'command', hostIds: [hostId] });
    await agent.take('command');
    const newer = await ScriptedAgent.dial(gateway.port);
    await newer.hello(identity);
    await agent.closed();
    const next = await putCommand(gateway, hostId);
    expect(idOf((await newer.take('command')).body.text)).toBe(next);
    expect([...agent.names(), ...newer.names()].filter((name) => name === 'command')).toEqual([]);
    expect(await commandRow(id)).toMatchObject({ state: 'delivered' });
  });

  it('of many for one host all go out at one hint', async () => {
    const { agent, hostId } = await welcomed();
    await gateway.rows(
      `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), 'run', '{}', repeat('s', 86), 'test', now() + interval '1 minute'
       FROM generate_series(1, $2)`,
      [hostId, claimRows + 20],
    );
    gateway.hints.publish({ kind: 'command', hostIds: [hostId] });
    for (let count = 0; count < claimRows + 20; count += 1) await agent.take('command');
  });

  it('is done when its run is reported, also if its answer was lost', async () => {
    const { agent, hostId } = await welcomed();
    const id = await putCommand(gateway, hostId);
    await agent.take('command');
    const event = finished(1, { commandId: id, trigger: 'command', scheduledFor: null });
    agent.send('events', { epoch: 1, firstSeq: 1, items: [event] });
    await agent.take('ack');
    expect(await commandRow(id)).toMatchObject({ state: 'done', run_id: event.data.runId });
  });
});

describe('a dry run', () => {
  const answerOf = async (id: string) =>
    (await gateway.rows('SELECT state, code, message, answer, run_id FROM command WHERE id = $1', [id]))[0];

  it('goes to an agent that can make one, and its answer is kept', async () => {
    const { agent, hostId } = await welcomed(gateway, ['dry-run']);
    const id = await putCommand(gateway, hostId, { action: 'dry_run' });
    await agent.take('command');
    agent.send('command.result', { commandId: id, state: 'accepted' });
    const answer = `program: a\u0000b\n${'漢'.repeat(20_000)}\n`;
    agent.send('command.result', { commandId: id, state: 'done', code: 'would_run', answer });
    await vi.waitFor(async () =>
      expect(await answerOf(id)).toEqual({
        state: 'done',
        code: 'would_run',
        message: null,
        answer: answer.replace('\u0000', '\u2400'),
        run_id: null,
      }),
    );
  });

  it('never reaches an agent that does not know the word, and says what to do', async () => {
    const { agent, hostId } = await welcomed(gateway, ['run', 'stop']);
    const id = await putCommand(gateway, hostId, { action: 'dry_run' });
    await vi.waitFor(async () =>
      expect(await answerOf(id)).toMatchObject({
        state: 'rejected',
        code: 'unsupported',
        message: 'agent 1.4.2 cannot do a dry run; upgrade it',
      }),
    );
    // What is sent next comes first: nothing went before it.
    const next = await putCommand(gateway, hostId);
    expect(idOf((await agent.take('command')).body.text)).toBe(next);
    expect(agent.names()).toEqual([]);
  });

  it('leaves no run, no expected start and nothing that is counted', async () => {
    const tables = ['run', 'run_hour', 'run_job_hour', 'run_fleet_hour', 'run_minute', 'missed_run', 'alert_signal'];
    const counts = async () =>
      gateway.rows(`SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')}`);
    const { agent, hostId } = await welcomed(gateway, ['dry-run']);
    const before = await counts();
    const id = await putCommand(gateway, hostId, { action: 'dry_run' });
    await agent.take('command');
    agent.send('command.result', { commandId: id, state: 'done', code: 'would_fail', answer: 'it would fail\n' });
    await vi.waitFor(async () => expect(await answerOf(id)).toMatchObject({ state: 'done' }));
    expect(await counts()).toEqual(before);
  });
});
