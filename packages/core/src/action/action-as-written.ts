import type { ActionRun } from './action-spec.js';
import { backupAsWritten } from './backup.js';
import { cleanupAsWritten } from './cleanup.js';
import { httpAsWritten } from './http.js';
import { metricsAsWritten } from './metrics.js';
import { reportAsWritten } from './report.js';

/** An action's part of `run` as a job file says it, `{ cleanup: … }`: what is as by default is left out. */
export function actionAsWritten(run: ActionRun): Readonly<Record<string, unknown>> {
  switch (run.kind) {
    case 'cleanup':
      return { cleanup: cleanupAsWritten(run.action) };
    case 'http':
    case 'healthCheck':
      return { [run.kind]: httpAsWritten(run.action, run.kind) };
    case 'metrics':
      return { metrics: metricsAsWritten(run.action) };
    case 'backup':
      return { backup: backupAsWritten(run.action) };
    case 'report':
      return { report: reportAsWritten(run.action) };
  }
}
