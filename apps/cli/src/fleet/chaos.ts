import { setTimeout as wait } from 'node:timers/promises';
import type { PrivateStack } from '../bench/private-stack.js';
import type { FleetProcess } from './fleet-process.js';

/** What was done to a product while its hosts worked. */
export interface ChaosCount {
  kills: number;
  /** Connections destroyed in the middle. */
  cuts: number;
}

const firstMs = 1_500;
const between = { leastMs: 1_500, spreadMs: 3_000 };
const cutPart = 0.3;

/** Cuts connections and kills the server by turns until the signal aborts; the seed decides when. */
export async function makeChaos(
  stack: Pick<PrivateStack, 'crashServer'>,
  fleet: FleetProcess,
  random: () => number,
  signal: AbortSignal,
): Promise<ChaosCount> {
  const count: ChaosCount = { kills: 0, cuts: 0 };
  const unlisten = fleet.listen((report) => {
    if (report.kind === 'cut') count.cuts += report.sockets;
  });
  try {
    for (let turn = 0; ; turn += 1) {
      await wait(turn === 0 ? firstMs : between.leastMs + random() * between.spreadMs, undefined, { signal });
      if (turn % 2 === 0) fleet.tell({ kind: 'cut', part: cutPart });
      else {
        count.kills += 1;
        stack.crashServer();
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return count;
  } finally {
    unlisten();
  }
}
