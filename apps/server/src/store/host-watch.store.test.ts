import { randomUUID } from 'node:crypto';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.store.js';
import { HostLoadStore } from './host-load.store.js';
import { HostWatch, loadRing } from './host-watch.store.js';
import { poolTransaction } from './pool-transaction.js';
import { addFleet } from './testing/fleet.js';
import { openDatabase } from './testing/stores.js';

let database: Database;
let drop: () => Promise<void>;
let hostId: string;
const watch = new HostWatch();
const minute = 60_000;
const start = Math.floor(Date.now() / loadRing.everyMs) * loadRing.everyMs - 30 * minute;
let nowMs = start;

beforeEach(async () => {
  const test = await cloneDatabase();
  drop = test.drop;
  database = openDatabase(test.url);
  [hostId = ''] = await addFleet(database, [{ name: 'a' }]);
  nowMs = start;
});
afterEach(async () => {
  await database.onApplicationShutdown();
  await drop();
});

const hear = (change: Record<string, unknown> = {}) => {
  const set = { gateway_id: randomUUID(), last_seen_at: new Date(nowMs), ...change };
  const columns = Object.keys(set).map((name, index) => `${name} = $${index + 2}`);
  return database.pool.query(`UPDATE agent_session SET ${columns.join(', ')} WHERE host_id = $1`, [
    hostId,
    ...Object.values(set),
  ]);
};
const turn = () => poolTransaction(database.pool, (client) => watch.turn(client, nowMs));
async function turns(minutes: number, isHeard = false): Promise<void> {
  for (const untilMs = nowMs + minutes * minute; nowMs < untilMs; ) {
    nowMs += minute / 2;
    if (isHeard) await hear();
    await turn();
  }
}
async function told(): Promise<unknown[]> {
  const result = await database.pool.query(
    'WITH gone AS (DELETE FROM alert_signal RETURNING *) SELECT data FROM gone ORDER BY id',
  );
  return result.rows.map(({ data }) => (data.what === 'offline' || data.what === 'online' ? data.what : data.figures));
}

describe('hosts that go and come back', () => {
  it('are told of once each way, after five minutes of silence', async () => {
    await turns(10, true);
    expect(await told()).toEqual([]);
    await turns(4.5);
    expect(await told()).toEqual([]);
    await turns(10);
    expect(await told()).toEqual(['offline']);
    await turns(5, true);
    expect(await told()).toEqual(['online']);
  });

  it('are not called offline for the time in which nobody listened', async () => {
    await turns(10, true);
    nowMs += 60 * minute;
    await turns(4.5);
    expect(await told()).toEqual([]);
    await turns(2, true);
    expect(await told()).toEqual([]);
  });

  it('are no longer missed once they are retired', async () => {
    await turns(10, true);
    await turns(10);
    await database.pool.query(`UPDATE host SET state = 'retired'`);
    await turns(10);
    expect(await told()).toEqual(['offline', 'online']);
  });
});

describe('figures of hosts', () => {
  it('of their clocks are told when they move by ten seconds, not each time', async () => {
    for (const ahead of [400, 9_000, 12_000, 14_000, -300_000, -299_000, 5]) {
      nowMs += minute;
      await hear({ clock_ahead_ms: ahead });
      await turn();
    }
    expect(await told()).toEqual([{ aheadMs: 12_000 }, { aheadMs: -300_000 }, { aheadMs: 5 }]);
  });

  it('of their load are told when they cross what a policy asks about, and kept every five minutes', async () => {
    const policy = (name: string, when: object) =>
      database.pool.query(
        `INSERT INTO alert_document (kind, name_key, name, spec) VALUES ('AlertPolicy', $1, $1, $2)`,
        [name, { name, severity: 'low', description: '', when }],
      );
    await policy('busy', { cpuAbove: 85, diskAbove: { above: 90, for: '1m' } });
    await policy('other', { consecutiveFailures: 3 });
    for (const [cpu, disk] of [
      [10, 40],
      [20, 41],
      [80, 41],
      [80, 41],
      [93, 41],
      [12, 41],
      [13, 41],
      [13, 91],
    ]) {
      nowMs += minute;
      const disks = JSON.stringify([{ name: 'C:', percent: disk }]);
      await hear({ cpu_percent: cpu, memory_percent: 30, disk_percent: disk, disks, load_at: new Date(nowMs) });
      await turn();
      await turn();
    }
    const memory = 30;
    expect(await told()).toEqual([
      { cpu: 93, memory, disk: 41 },
      { cpu: 12, memory, disk: 41 },
      { cpu: 13, memory, disk: 91 },
    ]);
    await turn();
    expect(await told()).toEqual([]);
    await policy('full', { diskAbove: 80 });
    await turn();
    await turn();
    expect(await told()).toEqual([{ cpu: 13, memory, disk: 91 }]);
    const kept = await new HostLoadStore(database).ofHost(hostId);
    expect(kept.now).toMatchObject({ cpu: 13, memory, disk: 91, disks: [{ name: 'C:', percent: 91 }] });
    expect(kept.items).toMatchObject([
      { cpu: 10, memory, disk: 40 },
      { cpu: 93, memory, disk: 41 },
    ]);
  });

  it('are written over after two days', async () => {
    for (let slot = 0; slot < loadRing.slots + 3; slot += 1) {
      nowMs = start + slot * loadRing.everyMs;
      await hear({ memory_percent: 1, load_at: new Date(nowMs) });
      await turn();
    }
    const rows = await database.pool.query('SELECT count(*)::int AS rows FROM host_load');
    expect(rows.rows).toEqual([{ rows: loadRing.slots }]);
  });
});
