import { addSpread } from './expected-load.js';

/** A job whose starts in an hour may be moved. Minutes are those of the hour, from 0. */
export interface MovableJob {
  readonly job: string;
  /** How many hosts start it in each minute, before they are spread. */
  readonly starts: readonly number[];
  /** Over how many minutes they are spread now; 0: not at all. */
  readonly spreadMinutes: number;
  /** How much later it may start: less than the time to its next start. */
  readonly roomMinutes: number;
  /** Whether all its hosts may start at another minute: its timetable names one. */
  readonly canShift: boolean;
}

export interface HourLoad {
  /** Starts by the minute that nothing is to be done about. */
  readonly fixed: readonly number[];
  readonly jobs: readonly MovableJob[];
}

/** `spread`: give it a jitter of so many minutes. `shift`: let it start so many minutes later. */
export interface SpreadMove {
  readonly job: string;
  readonly kind: 'spread' | 'shift';
  readonly minutes: number;
  /** The most starts in a minute once this and the moves before it are made. */
  readonly peak: number;
}

export interface SpreadSuggestion {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The most starts in a minute. */
  readonly peakBefore: number;
  readonly peakAfter: number;
  readonly moves: readonly SpreadMove[];
}

const jitters = [5, 10, 15, 20, 30, 45];
/** A move that takes less of the unevenness away is not worth a change. */
const leastGain = 0.05;
/** Sums of fractions that are equal differ by less. */
const rounding = 1e-6;
/** A minute that is fuller than the mean by no more than this share is no pile-up. */
const calmShare = 0.05;

interface Placed {
  readonly spreadMinutes: number;
  readonly shiftMinutes: number;
}

/**
 * What would flatten an hour: step by step the one change, among the jobs of its fullest minute, that evens it out most
 * (the squares of what is above or below the mean fall furthest), as long as a change is worth it. Each job is changed at most once, and everything
 * stays within the hour, so that no other hour gets what this one is rid of.
 */
export function suggestSpread(hour: HourLoad, most = 5): SpreadSuggestion {
  const before = loadOf(hour, new Map());
  const placed = new Map<string, Placed>();
  const moves: SpreadMove[] = [];
  let load = before;
  while (moves.length < most) {
    const best = bestMove(hour, placed, load);
    if (!best) break;
    placed.set(best.job.job, best.place);
    load = best.load;
    const { spreadMinutes, shiftMinutes } = best.place;
    const isShift = shiftMinutes > 0;
    moves.push({
      job: best.job.job,
      kind: isShift ? 'shift' : 'spread',
      minutes: isShift ? shiftMinutes : spreadMinutes,
      peak: Math.max(...load),
    });
  }
  return { before, after: load, peakBefore: Math.max(...before), peakAfter: Math.max(...load), moves };
}

function bestMove(hour: HourLoad, placed: ReadonlyMap<string, Placed>, load: readonly number[]) {
  const peak = Math.max(...load);
  const fullest = load.indexOf(peak);
  if (peak <= meanOf(load) * (1 + calmShare)) return undefined;
  const most = unevenness(load) * (1 - leastGain);
  let best: { job: MovableJob; place: Placed; load: number[]; sum: number } | undefined;
  for (const job of hour.jobs) {
    if (placed.has(job.job) || !startsIn(job, fullest)) continue;
    for (const place of placesOf(job)) {
      const moved = loadOf(hour, new Map([...placed, [job.job, place]]));
      const sum = unevenness(moved);
      if (Math.max(...moved) <= peak && sum < (best?.sum ?? most) - rounding) best = { job, place, load: moved, sum };
    }
  }
  return best;
}

/** Where a job may go: spread further, where it has several hosts, or to another minute. The smallest change first. */
function placesOf({ starts, spreadMinutes, roomMinutes, canShift }: MovableJob): Placed[] {
  const first = starts.findIndex((hosts) => hosts > 0);
  const last = starts.findLastIndex((hosts) => hosts > 0);
  const room = Math.min(roomMinutes, starts.length - 1 - last);
  const isMany = (starts[first] ?? 0) > 1;
  const spread = isMany ? jitters.filter((minutes) => minutes > spreadMinutes && minutes <= room + 1) : [];
  const shifts = canShift
    ? Array.from({ length: Math.max(0, room - Math.max(0, spreadMinutes - 1)) }, (_, at) => at + 1)
    : [];
  return [
    ...spread.map((minutes) => ({ spreadMinutes: minutes, shiftMinutes: 0 })),
    ...shifts.map((minutes) => ({ spreadMinutes, shiftMinutes: minutes })),
  ];
}

function startsIn({ starts, spreadMinutes }: MovableJob, minute: number): boolean {
  return starts.some((hosts, at) => hosts > 0 && minute >= at && minute < at + Math.max(1, spreadMinutes));
}

function loadOf({ fixed, jobs }: HourLoad, placed: ReadonlyMap<string, Placed>): number[] {
  const load = [...fixed];
  for (const { job, starts, spreadMinutes } of jobs) {
    const place = placed.get(job) ?? { spreadMinutes, shiftMinutes: 0 };
    for (const [minute, hosts] of starts.entries())
      if (hosts > 0)
        addSpread(load, {
          minute: minute + place.shiftMinutes,
          spreadMinutes: Math.max(1, place.spreadMinutes),
          hosts,
        });
  }
  return load;
}

function meanOf(load: readonly number[]): number {
  return load.reduce((sum, value) => sum + value, 0) / load.length;
}

function unevenness(load: readonly number[]): number {
  const mean = meanOf(load);
  return load.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
