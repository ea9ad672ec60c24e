import type { Response } from '@carillon/contract/http/route';
import type { timelineRoutes } from '@carillon/contract/http/timeline.routes';
import { isRunUnderWay, type RunState } from '@carillon/core/state/states';
import { placeOf, type Span } from './time-window.js';

export type TimelineRow = Response<typeof timelineRoutes.rows>['items'][number];
export type TimelineRun = TimelineRow['runs'][number];

/** One bar: a run, or several that lie on top of each other. */
export interface Mark {
  readonly x: number;
  readonly width: number;
  readonly lane: number;
  /** The gravest of its runs. */
  readonly state: RunState;
  readonly runs: readonly TimelineRun[];
}

export interface Picture {
  readonly span: Span;
  readonly width: number;
  readonly nowMs: number;
}

export const mostLanes = 3;
const leastWidth = 4;
const gap = 1;

/** From the least to the most that somebody has to look at. */
const gravity: readonly RunState[] = [
  'skipped',
  'succeeded',
  'waiting',
  'running',
  'warning',
  'indeterminate',
  'killed',
  'timed_out',
  'failed',
];

/**
 * Where the bars of a row stand. Runs at the same time lie below each other in up to three lanes; what finds no room
 * joins the bar whose lane is free first, so that a row holds no more than its width can show.
 */
export function layOut(runs: readonly TimelineRun[], picture: Picture): { marks: Mark[]; lanes: number } {
  const marks: Mark[] = [];
  /** Of each lane the number of its last bar. */
  const lastOf: number[] = [];
  const endOf = (lane: number) => {
    const last = marks[lastOf[lane] ?? -1];
    return last ? last.x + last.width : Number.NEGATIVE_INFINITY;
  };
  for (const run of runs) {
    const x = placeOf(Date.parse(run.startedAt), picture.span, picture.width);
    const width = Math.max(leastWidth, placeOf(endMs(run, picture.nowMs), picture.span, picture.width) - x);
    const lanes = [...Array(mostLanes).keys()];
    const free = lanes.find((lane) => endOf(lane) + gap <= x);
    if (free !== undefined) {
      lastOf[free] = marks.push({ x, width, lane: free, state: run.state, runs: [run] }) - 1;
      continue;
    }
    const lane = lanes.reduce((best, other) => (endOf(other) < endOf(best) ? other : best));
    const index = lastOf[lane] ?? 0;
    const mark = marks[index];
    if (mark) marks[index] = joined(mark, run, x + width);
  }
  return { marks, lanes: Math.max(1, lastOf.length) };
}

function joined(mark: Mark, run: TimelineRun, endX: number): Mark {
  const isGraver = gravity.indexOf(run.state) > gravity.indexOf(mark.state);
  return {
    ...mark,
    width: Math.max(mark.width, endX - mark.x),
    state: isGraver ? run.state : mark.state,
    runs: [...mark.runs, run],
  };
}

function endMs({ finishedAt, startedAt, state }: TimelineRun, nowMs: number): number {
  if (finishedAt !== null) return Date.parse(finishedAt);
  return isRunUnderWay(state) ? Math.max(nowMs, Date.parse(startedAt)) : Date.parse(startedAt);
}

/** A start to come, or several that are too close to be told apart. */
export interface Pin {
  readonly x: number;
  readonly fires: TimelineRow['fires'];
}

const pinRoom = 10;

/** Where the starts to come stand. */
export function pinsOf(fires: TimelineRow['fires'], { span, width }: Picture): Pin[] {
  const pins: Pin[] = [];
  for (const fire of fires) {
    const x = placeOf(Date.parse(fire.at), span, width);
    const last = pins.at(-1);
    if (last && x - last.x < pinRoom) pins[pins.length - 1] = { x: last.x, fires: [...last.fires, fire] };
    else pins.push({ x, fires: [fire] });
  }
  return pins;
}
