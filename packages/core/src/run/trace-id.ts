/**
 * The trace that a run's program writes into its logs and sends along (W3C Trace Context: 32 hexadecimal digits, not all 0):
 * the run's own id without its dashes, so that either is found from the other.
 */
export function traceIdOf(runId: string): string {
  return runId.replaceAll('-', '').toLowerCase();
}
