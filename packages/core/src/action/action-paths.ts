import type { ActionRun } from './action-spec.js';

/** Every path on the host, or on a share, that an action reads, writes or deletes in: what a host's policy is asked about. */
export function pathsOfAction(run: ActionRun): string[] {
  switch (run.kind) {
    case 'cleanup': {
      const { root, archive } = run.action;
      return [root, ...(archive === null ? [] : [archive])];
    }
    case 'backup':
      return [...run.action.from, run.action.to];
  }
}
