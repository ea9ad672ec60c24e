import type { FleetOrder, FleetReport } from '@carillon/contract/fleet/messages';
import { Fleet } from './fleet.js';

/** The simulator as a process of its own: told and telling over IPC, and gone with whoever started it. */
let fleet: Fleet | undefined;

function report(message: FleetReport): void {
  if (process.connected) process.send?.(message);
}

async function obey(order: FleetOrder): Promise<void> {
  switch (order.kind) {
    case 'start':
      fleet = new Fleet(order, report);
      fleet.start();
      break;
    case 'fire':
      fleet?.fire(order.everyMs);
      break;
    case 'cut':
      fleet?.cut(order.part);
      break;
    case 'quiesce':
      await fleet?.quiesce(order.limitMs);
      break;
    case 'stop':
      await fleet?.stop();
      process.disconnect();
      break;
  }
}

// Ctrl-C in a terminal reaches us too: the process that started us decides what comes of it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (order: FleetOrder) => {
  obey(order).catch((error: unknown) => report({ kind: 'failed', message: String(error) }));
});
process.once('disconnect', () => process.exit(0));
