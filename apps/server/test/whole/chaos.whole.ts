import { setTimeout as wait } from 'node:timers/promises';
import { randomFrom } from '@carillon/core/random/random-from';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement } from './agreement.js';
import { ChaosFleet } from './chaos-fleet.js';
import { type Fault, planFaults } from './chaos-plan.js';
import { redisProgram } from './cluster.js';
import { eventually } from './product.js';
import type { TestHost } from './test-host.js';

/** `npm run test:chaos` sets both; here each kind of fault comes once. */
const seed = Number(process.env.CARILLON_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.CARILLON_CHAOS_ROUNDS ?? 1);
const hosts = rounds > 1 ? 3 : 2;
const roundMs = 400_000;
/** Of every server at any time; an idle one takes about 130 MB. */
const memoryBytes = 400 * 1024 * 1024;

const say = (text: string) => process.stderr.write(`chaos ${seed}: ${text}\n`);
const describeFault = ({ kind, ...rest }: Fault) => `${kind} ${JSON.stringify(rest)}`;

let fleet: ChaosFleet;
beforeAll(async () => {
  fleet = await ChaosFleet.start(hosts);
});
afterAll(() => fleet?.cluster.stop());

describe(`everything that can break, breaking; npm run test:chaos -- --seed ${seed} --rounds ${rounds} plays it again`, () => {
  it.each(Array.from({ length: rounds }, (_, index) => index + 1))(
    'round %i: every run that began is recorded once, no command is done twice, hosts come to what is desired',
    async (round) => {
      const redis = redisProgram.kind === 'found';
      const plan = planFaults({ seed: seed + round, hosts, servers: 2, redis, turns: rounds > 1 ? 2 : 1 });
      const restored = round % hosts;
      await fleet.copyDisk(restored);

      // 1. The fleet works; one thing after the other breaks.
      const work = fleet.work(randomFrom(seed + round));
      try {
        for (const { fault, thenMs } of plan) {
          say(`round ${round}: ${describeFault(fault)}`);
          await fleet.strike(fault);
          await wait(thenMs);
        }
      } finally {
        await work.stop();
      }

      // 2. Quiet: ledgers and records agree.
      await fleet.calm();
      await agree(round);

      // 3. A host's disk is an hour old again; it works on, and nothing is lost or counted twice.
      await fleet.restoreDisk(restored);
      await Promise.all(fleet.hosts.map((host) => startTwice(host)));
      await agree(round);
    },
    roundMs,
  );
});

/** Starts a host's task twice, and waits until both have begun. */
async function startTwice(host: TestHost): Promise<void> {
  const before = host.ledger().size;
  for (let start = 0; start < 2; start += 1) await host.startTask(host.name);
  await eventually(async () => host.ledger().size >= before + 2 || undefined);
}

/** States of which a table of counts by the hour says another number than there are runs. */
function miscounted(table: string): string {
  return `
    WITH counts AS (
      SELECT key AS state, sum(value::int)::int AS counted
      FROM ${table} t, jsonb_each_text(to_jsonb(t) - ARRAY['job_id', 'host_id', 'hour', 'slot', 'duration_ms'])
      WHERE value IS NOT NULL GROUP BY 1),
    runs AS (SELECT state::text AS state, count(*)::int AS runs FROM run GROUP BY 1)
    SELECT * FROM counts FULL JOIN runs USING (state) WHERE coalesce(counted, 0) <> coalesce(runs, 0)`;
}

/** The invariants, which hold whenever it is quiet. */
async function agree(round: number): Promise<void> {
  const { cluster } = fleet;
  const startedMs = Date.now();
  const runs = await expectAgreement(cluster, fleet.hosts, { killed: fleet.killed });

  const twice = await cluster.rows(
    'SELECT command_id FROM run WHERE command_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1',
  );
  expect(twice, 'commands that were done twice').toEqual([]);
  const gaps = await cluster.rows(
    `SELECT s.host_id, s.epoch, s.acked_seq, count(k.seq) AS kept FROM agent_session s
     LEFT JOIN agent_event_key k ON k.host_id = s.host_id AND k.epoch = s.epoch AND k.seq <= s.acked_seq
     GROUP BY 1, 2, 3 HAVING count(k.seq) <> s.acked_seq`,
  );
  expect(gaps, 'hosts of which an acked event is missing').toEqual([]);

  for (const table of ['run_hour', 'run_job_hour', 'run_fleet_hour'])
    expect(await cluster.rows(miscounted(table)), `${table}: counts that are not those of the runs`).toEqual([]);

  // Agents would send it again; but nothing was restored here, so an ack was given before its commit.
  const broken = cluster.servers.flatMap(({ log }) =>
    log.split('\n').filter((line) => line.includes('restored from a backup')),
  );
  expect(broken, 'acked and not committed').toEqual([]);

  await fleet.changeJobs();
  await fleet.inStep();
  expect(fleet.peakMemoryBytes).toBeGreaterThan(0);
  expect(fleet.peakMemoryBytes).toBeLessThan(memoryBytes);
  const memory = Math.round(fleet.peakMemoryBytes / 1024 / 1024);
  say(
    `round ${round}: ${runs} runs agree, ${Date.now() - startedMs} ms after quiet; servers took at most ${memory} MB`,
  );
}
