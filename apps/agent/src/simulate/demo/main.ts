import type { DemoOrder, DemoReport } from '@carillon/contract/fleet/demo-messages';
import { DemoFleet } from './demo-fleet.js';

/** The fleet of a demo as a process of its own: told and telling over IPC, and gone with whoever started it. */
let fleet: DemoFleet | undefined;

function report(message: DemoReport): void {
  if (process.connected) process.send?.(message);
}

async function obey(order: DemoOrder): Promise<void> {
  if (order.kind === 'start') {
    fleet = new DemoFleet(order, report);
    await fleet.joinAll();
  } else {
    await fleet?.obey(order);
    if (order.kind === 'stop') process.disconnect();
  }
}

// Ctrl-C in a terminal reaches us too: the process that started us decides what comes of it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (order: DemoOrder) => {
  obey(order).catch((error: unknown) => report({ kind: 'failed', message: String(error) }));
});
process.once('disconnect', () => process.exit(0));
