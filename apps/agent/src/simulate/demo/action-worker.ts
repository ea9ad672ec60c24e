import { parentPort } from 'node:worker_threads';
import type { ActionNews, ActionOrder } from './action-order.js';
import { carryOutOnDisk } from './carry-out.js';

/** Carries out actions of the demo's hosts, one after the other: much of one is done without a pause, which would hold up the fleet. */
const say = (news: ActionNews) => parentPort?.postMessage(news);

parentPort?.on('message', (order: ActionOrder) => {
  void carryOutOnDisk(order, (stream, text) => say({ kind: 'wrote', stream, text }))
    .catch((error: unknown) => {
      say({ kind: 'wrote', stream: 'stderr', text: `${error instanceof Error ? error.message : String(error)}\n` });
      return 1;
    })
    .then((exitCode) => say({ kind: 'ended', exitCode }));
});
