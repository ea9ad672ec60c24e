import { consoleLog, fileLog } from '../lib/log.js';
import { preferMemory } from '../lib/trim-heap.js';
import { runAgent } from '../programs/agent.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { keepZones } from '../zones/zone-memory.js';
import type { Call } from './arguments.js';

/** Works until it is told to end. */
export async function agent({ values, data }: Call): Promise<number> {
  preferMemory();
  const folder = agentFolderAt(data);
  keepZones(folder.zones, process.env);
  await runAgent(data, values['log-file'] ? fileLog(folder.diary) : consoleLog, untilSignal());
  return 0;
}

function untilSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}
