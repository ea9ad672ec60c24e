import type { ActionRun } from './action-spec.js';
import { originOf, sampleOf } from './http-url.js';

/** Every path on the host, or on a share, that an action reads, writes or deletes in: what a host's policy is asked about. */
export function pathsOfAction(run: ActionRun): string[] {
  switch (run.kind) {
    case 'cleanup': {
      const { root, archive } = run.action;
      return [root, ...(archive === null ? [] : [archive])];
    }
    case 'http':
    case 'healthCheck':
      // What a run makes of its placeholders is judged again there.
      return run.action.saveTo === null ? [] : [sampleOf(run.action.saveTo)];
    case 'metrics':
      return [run.action.log];
    case 'backup':
      return [...run.action.from, run.action.to];
    case 'report':
      return [];
  }
}

/** Every web origin, such as `https://api.example.com`, that an action asks by its definition. */
export function originsOfAction(run: ActionRun): string[] {
  return run.kind === 'http' || run.kind === 'healthCheck' ? [originOf(run.action.url)] : [];
}
