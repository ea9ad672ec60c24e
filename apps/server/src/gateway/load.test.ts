import { describe, expect, it } from 'vitest';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();

describe('the load of a host', () => {
  it('is kept from the last heartbeat that tells it', async () => {
    const agent = await ScriptedAgent.dial(gateway.port);
    const identity = await agent.enroll(await joinToken(gateway), { hostname: `host-${newId()}` });
    await agent.hello(identity);
    const hash = 'd'.repeat(64);
    const beat = { desired: { rev: 0, hash }, observedHash: hash, spool: { epoch: 1, first: 1, next: 1 } };
    const load = async () => {
      await agent.take('desired.notice');
      await gateway.presence.flush(Date.now());
      const sql = `SELECT cpu_percent AS cpu, memory_percent AS memory, disk_percent AS disk, disks, load_at IS NOT NULL AS told
        FROM agent_session WHERE host_id = $1`;
      return (await gateway.rows(sql, [identity.agentId]))[0];
    };
    agent.send('agent.heartbeat', beat);
    expect(await load()).toEqual({ cpu: null, memory: null, disk: null, disks: null, told: false });
    const disks = [
      { name: 'C:', percent: 40 },
      { name: 'D:', percent: 93 },
    ];
    agent.send('agent.heartbeat', { ...beat, load: { cpuPercent: 12, memoryPercent: 61, disks } });
    const told = { cpu: 12, memory: 61, disk: 93, disks, told: true };
    expect(await load()).toEqual(told);
    // Of an agent that does not say, and of one that cannot.
    agent.send('agent.heartbeat', beat);
    expect(await load()).toEqual(told);
    agent.send('agent.heartbeat', { ...beat, load: { cpuPercent: null, memoryPercent: 0, disks: [] } });
    expect(await load()).toEqual({ ...told, memory: 0, disks: [] });
  });
});
