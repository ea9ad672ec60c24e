import { readJson, writeJson } from '../state/files.js';
import type { DriftMemory } from './drift-watch.js';

/** In a file of the agent's folder. */
export function fileDriftMemory(path: string): DriftMemory {
  return {
    load: () => readJson<Record<string, string>>(path) ?? {},
    store: (reported) => writeJson(path, reported),
  };
}

/** For simulated hosts and tests. */
export function transientDriftMemory(): DriftMemory {
  let kept: Readonly<Record<string, string>> = {};
  return {
    load: () => kept,
    store: (reported) => {
      kept = reported;
    },
  };
}
