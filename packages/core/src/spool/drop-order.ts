/** What the order of dropping needs to know of an event that waits on a host. */
export interface SpooledEvent {
  readonly kind: string;
  readonly runId: string | null;
  /** Size on disk. */
  readonly bytes: number;
}

/** `run.skipped` is the end of a run that never began, `start.failed` of one that never reached its runner. */
const ends = ['run.finished', 'run.skipped', 'start.failed'];

/**
 * How much would be missed: 0 nothing (a start whose end is here too: the end says all of it), 1 notes that are no
 * runs, 2 starts, 3 ends of runs, 4 what was lost before.
 */
export type DropRank = 0 | 1 | 2 | 3 | 4;

/** @param ended runs whose end waits too */
export function dropRankOf(event: Pick<SpooledEvent, 'kind' | 'runId'>, ended: ReadonlySet<string>): DropRank {
  if (event.kind === 'spool.lost') return 4;
  if (ends.includes(event.kind)) return 3;
  if (!event.kind.startsWith('run.')) return 1;
  return event.runId !== null && ended.has(event.runId) ? 0 : 2;
}

/**
 * Which events go when a spool is too big: of the lowest rank first, of equals the oldest, until so much is free.
 * @param events oldest first
 * @returns rank by index in `events`
 */
export function chooseDropped(events: readonly SpooledEvent[], toFreeBytes: number): Map<number, DropRank> {
  const ended = new Set(events.flatMap(({ kind, runId }) => (ends.includes(kind) && runId ? [runId] : [])));
  const ranks = events.map((event) => dropRankOf(event, ended));
  const dropped = new Map<number, DropRank>();
  let freed = 0;
  for (const rank of [0, 1, 2, 3, 4] as const) {
    for (const [index, event] of events.entries()) {
      if (freed >= toFreeBytes) return dropped;
      if (ranks[index] !== rank) continue;
      dropped.set(index, rank);
      freed += event.bytes;
    }
  }
  return dropped;
}
