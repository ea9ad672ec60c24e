import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentEvent } from '@carillon/contract/agent/event-messages';
import type { UnnumberedEvent } from '../state/event-log.js';

const unnumbered = agentEvent.omit({ seq: true });

export interface DroppedEvents {
  readonly events: UnnumberedEvent[];
  /** Takes away events that are safe elsewhere: all of them, or those for which that holds. */
  readonly remove: (isSafe?: (event: UnnumberedEvent) => boolean) => void;
  /** Files that are not events; they were put aside as `.bad`. */
  readonly bad: string[];
}

/** The oldest dropped events, at most `limit`. They stay in the box until `remove`. */
export function readDrop(folder: string, limit: number): DroppedEvents {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(0, limit);
  const taken: { path: string; event: UnnumberedEvent }[] = [];
  const bad: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const event = readEvent(path);
    if (event) taken.push({ path, event });
    else {
      renameSync(path, `${path}.bad`);
      bad.push(path);
    }
  }
  return {
    events: taken.map(({ event }) => event),
    bad,
    remove: (isSafe = () => true) => {
      for (const { path, event } of taken) if (isSafe(event)) rmSync(path, { force: true });
    },
  };
}

/** The box is writable by run-as accounts, so what lies in it is checked like anything that comes from outside. */
function readEvent(path: string): UnnumberedEvent | undefined {
  try {
    return unnumbered.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
