/** What runs of the job on this host took, as the server tells it. */
export interface Usual {
  readonly runs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** Fewer say nothing of what is usual. */
const fewestRuns = 5;

/** How a run's time stands against what is usual; null where too little is known to say it. */
export function againstUsual(ms: number, usual: Usual | null): 'longer' | 'usual' | 'shorter' | null {
  if (usual === null || usual.runs < fewestRuns) return null;
  if (ms > usual.p95Ms && ms > usual.medianMs * 1.5) return 'longer';
  return ms < usual.medianMs / 3 ? 'shorter' : 'usual';
}

/** Later than this after its time is late enough to ask why, in milliseconds. */
const lateMs = 60_000;

/** How late a run began, in milliseconds; null where it was in time, or had none. */
export function lateBy(run: { readonly scheduledFor: string | null; readonly startedAt: string }): number | null {
  if (run.scheduledFor === null) return null;
  const ms = Date.parse(run.startedAt) - Date.parse(run.scheduledFor);
  return ms > lateMs ? ms : null;
}
