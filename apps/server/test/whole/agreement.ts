import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import type { TestHost } from './test-host.js';

interface Recorded {
  readonly id: string;
  readonly state: string;
  readonly exitCode: number | null;
  readonly finished: boolean;
}

export interface AgreementOptions {
  /** Runs whose runner or program was killed: on record, as whatever became of them. */
  readonly killed?: ReadonlySet<string>;
  readonly patienceMs?: number;
}

/**
 * Waits until everything that ever began on the hosts is on record as over, then compares each host's own ledger with
 * the centre: every run once, with its exit code, and nothing that the host does not know of.
 */
export async function expectAgreement(
  cluster: Cluster,
  hosts: readonly TestHost[],
  { killed = new Set(), patienceMs = 150_000 }: AgreementOptions = {},
): Promise<number> {
  const until = Date.now() + patienceMs;
  let runs = 0;
  for (const host of hosts) {
    // A command may still be on its way and begin a run while we look: both sides are read until neither moves.
    let { recorded, ledger, open } = await lookAt(cluster, host);
    while (open.length > 0 && Date.now() < until) {
      await wait(250);
      ({ recorded, ledger, open } = await lookAt(cluster, host));
    }
    expect(open, `${host.name}: began, and the centre does not know how they ended`).toEqual([]);
    expect(new Set(recorded.map(({ id }) => id)).size, `${host.name}: runs recorded twice`).toBe(recorded.length);
    for (const run of recorded) {
      const exitCode = ledger.get(run.id);
      if (killed.has(run.id)) continue;
      if (exitCode === undefined)
        expect(run, `${host.name}: not in the ledger`).toMatchObject({ state: 'indeterminate' });
      else expect(run, host.name).toMatchObject({ exitCode, state: exitCode === 0 ? 'succeeded' : 'failed' });
    }
    runs += ledger.size;
  }
  return runs;
}

/** Both sides of one moment, and the runs of either of which the centre does not know the end. */
async function lookAt(cluster: Cluster, host: TestHost) {
  await host.quiet();
  const recorded = await recordedRuns(cluster, host);
  const ledger = host.ledger();
  const over = new Set(recorded.filter(({ finished }) => finished).map(({ id }) => id));
  const open = [...ledger.keys(), ...recorded.map(({ id }) => id)].filter((id) => !over.has(id));
  return { recorded, ledger, open };
}

function recordedRuns(cluster: Cluster, host: TestHost): Promise<Recorded[]> {
  return cluster
    .rows<Recorded & { exitCode: string | null }>(
      `SELECT r.id, r.state, r.exit_code::int AS "exitCode", r.finished_at IS NOT NULL AS finished
       FROM run r JOIN host h ON h.id = r.host_id WHERE h.name = $1`,
      [host.name],
    )
    .catch(() => []);
}
