import { readJson, writeJson } from '../state/files.js';
import type { HistoryMemory } from './start-watch.js';

/** In a file of the agent's folder; one that is damaged counts as none. */
export function fileHistoryMemory(path: string): HistoryMemory {
  return {
    load: () => {
      try {
        return readJson(path);
      } catch {
        return undefined;
      }
    },
    store: (place) => writeJson(path, place),
  };
}
