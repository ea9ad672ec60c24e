import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { HistoryChanged, StartFailed } from '@carillon/contract/agent/host-events';
import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { finished, jobId, newId } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

const at = '2026-11-26T02:00:01.000Z';
const event = (seq: number, data: StartFailed | HistoryChanged): AgentEvent => ({ seq, eventId: newId(), at, data });

function failed(seq: number, change: Partial<StartFailed> = {}): AgentEvent & { data: StartFailed } {
  const data: StartFailed = {
    kind: 'start.failed',
    runId: newId(),
    jobId,
    version: 3,
    cause: 'logon_failed',
    trigger: 'schedule',
    scheduledFor: '2026-11-26T02:00:00.000Z',
    resultCode: 0x8007052e,
    account: 'CORP\\etl',
    records: [101, 104],
    ...change,
  };
  return event(seq, data) as AgentEvent & { data: StartFailed };
}

async function host() {
  const agent = await ScriptedAgent.dial(gateway.port);
  const identity = await agent.enroll(await joinToken(gateway), { hostname: `host-${newId()}` });
  await agent.hello(identity);
  const { agentId } = identity;
  return {
    send: async (...items: AgentEvent[]) => {
      agent.send('events', { epoch: 1, firstSeq: items[0]?.seq ?? 1, items });
      return (await agent.take('ack')).body;
    },
    failures: () => gateway.rows('SELECT * FROM start_failure WHERE host_id = $1 ORDER BY cause', [agentId]),
    runs: () => gateway.rows('SELECT * FROM run WHERE host_id = $1 ORDER BY id', [agentId]),
    history: () => gateway.rows('SELECT state, message FROM task_history WHERE host_id = $1', [agentId]),
  };
}

describe('a start that failed', () => {
  it('is a failed run with its cause and its code, once, however often it is told', async () => {
    const { send, failures, runs } = await host();
    const first = failed(1);
    expect(await send(first)).toEqual({ epoch: 1, upToSeq: 1 });
    // The agent lost its place in the log and reads the same record again.
    expect(await send({ ...first, seq: 2 }, finished(3))).toEqual({ epoch: 1, upToSeq: 3 });
    expect(await failures()).toMatchObject([
      {
        id: first.eventId,
        cause: 'logon_failed',
        result_code: '2147943726',
        account: 'CORP\\etl',
        records: [101, 104],
      },
    ]);
    const run = (await runs()).find(({ id }) => id === first.data.runId);
    expect(await runs()).toHaveLength(2);
    expect(run).toMatchObject({ state: 'failed', reason: 'logon_failed', exit_code: '2147943726', attempts: 0 });
    expect(run?.detail).toContain('could not log on CORP\\etl: 0x8007052E');
    expect(run).toMatchObject({ started_at: new Date(at), finished_at: new Date(at), job_version: 3 });
  });

  it('that the host held back is a skipped run, one that was missed is noted without a run', async () => {
    const { send, failures, runs } = await host();
    await send(
      failed(1, { cause: 'overlap', resultCode: null, account: null, records: [] }),
      failed(2, { cause: 'missed' }),
    );
    expect(await failures()).toMatchObject([{ cause: 'missed' }, { cause: 'overlap', records: [], account: null }]);
    expect(await runs()).toMatchObject([{ state: 'skipped', reason: 'overlap', exit_code: null }]);
  });

  it('with strange signs and an unknown cause is no trouble', async () => {
    const { send, failures } = await host();
    const unknown = failed(2, { cause: 'of_tomorrow' as StartFailed['cause'] });
    expect(await send(failed(1, { account: 'a\0b' }), unknown)).toMatchObject({ upToSeq: 2, rejected: [{ seq: 2 }] });
    expect(await failures()).toMatchObject([{ account: 'a␀b' }]);
  });
});

describe('the log of Task Scheduler on a host', () => {
  it('is as the host last said', async () => {
    const { send, history } = await host();
    const changed = (seq: number, change: Partial<HistoryChanged>) =>
      event(seq, { kind: 'history.changed', state: 'on', message: null, ...change });
    await send(changed(1, {}), changed(2, { state: 'off', message: 'switch\0it on' }));
    expect(await history()).toEqual([{ state: 'off', message: 'switch␀it on' }]);
    await send(changed(3, {}));
    expect(await history()).toEqual([{ state: 'on', message: null }]);
  });
});
