interface Times {
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

/** Alerts fire soon after what they are about has arrived; what opens later is about a later run. In milliseconds. */
const soonMs = 15 * 60_000;

/** Of incidents about a run's job and host, those that were open when it ended, or opened soon after it was known. */
export function incidentsAround<T extends Times>(
  run: { readonly startedAt: string; readonly finishedAt: string | null; readonly receivedAt: string },
  incidents: readonly T[],
): T[] {
  const endMs = Date.parse(run.finishedAt ?? run.startedAt);
  const knownMs = Math.max(endMs, Date.parse(run.receivedAt));
  return incidents.filter(
    ({ openedAt, resolvedAt }) =>
      Date.parse(openedAt) <= knownMs + soonMs && (resolvedAt === null || Date.parse(resolvedAt) >= endMs),
  );
}
