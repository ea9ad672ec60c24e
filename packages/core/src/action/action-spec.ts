import type { BackupSpec } from './backup.js';
import type { CleanupSpec } from './cleanup.js';
import type { HttpSpec } from './http.js';
import type { MetricsSpec } from './metrics.js';
import type { ReportSpec } from './report.js';

/** What each typed action is told, every default written out. A new action is a line here, in `actionKinds` and in the files beside. */
export interface ActionSpecs {
  readonly cleanup: CleanupSpec;
  readonly http: HttpSpec;
  /** The same with nothing to send and nothing to keep. */
  readonly healthCheck: HttpSpec;
  readonly metrics: MetricsSpec;
  readonly backup: BackupSpec;
  readonly report: ReportSpec;
}

export const actionKinds = [
  'cleanup',
  'backup',
  'http',
  'healthCheck',
  'metrics',
  'report',
] as const satisfies readonly (keyof ActionSpecs)[];
export type ActionKind = (typeof actionKinds)[number];

/**
 * A job whose work the agent does itself, in a process of its own that is treated as any program. Working directory and
 * environment are there as in every run, and empty unless an action fills them.
 */
export type ActionRun = {
  [Kind in ActionKind]: {
    readonly kind: Kind;
    readonly action: ActionSpecs[Kind];
    readonly workingDirectory: string | null;
    readonly environment: Readonly<Record<string, string>>;
  };
}[ActionKind];

/** Does the agent do this itself? */
export function isAction<Run extends { readonly kind: string }>(run: Run): run is Extract<Run, { kind: ActionKind }> {
  return actionKinds.some((kind) => kind === run.kind);
}
