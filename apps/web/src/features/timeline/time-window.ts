export const zooms = ['1h', '6h', '24h', '7d'] as const;
export type Zoom = (typeof zooms)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const zoomMs: Record<Zoom, number> = { '1h': hourMs, '6h': 6 * hourMs, '24h': 24 * hourMs, '7d': 168 * hourMs };

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Of a window that follows the clock, so much is past: what happened is asked for more often than what comes. */
const pastShare = 0.7;

/** What is seen: from a time on, or around now. */
export function visibleSpan(zoom: Zoom, fromMs: number | undefined, nowMs: number): Span {
  const start = fromMs ?? nowMs - pastShare * zoomMs[zoom];
  return { fromMs: start, toMs: start + zoomMs[zoom] };
}

/**
 * What is fetched for it: at least half a window more on both sides, so that dragging shows no empty space. Its borders
 * move by half windows, so that a small step asks the server nothing new.
 */
export function loadedSpan({ fromMs, toMs }: Span): Span {
  const half = (toMs - fromMs) / 2;
  const start = (Math.floor(fromMs / half) - 1) * half;
  return { fromMs: start, toMs: start + 5 * half };
}

/** Pixels from the left edge of a picture of a span. */
export function placeOf(atMs: number, { fromMs, toMs }: Span, width: number): number {
  return ((atMs - fromMs) / (toMs - fromMs)) * width;
}

/** The next finer or coarser zoom; the same at the ends. */
export function nextZoom(zoom: Zoom, step: 1 | -1): Zoom {
  return zooms[Math.min(zooms.length - 1, Math.max(0, zooms.indexOf(zoom) + step))] ?? zoom;
}

export interface Tick {
  readonly atMs: number;
  /** Midnight, where a new day begins. */
  readonly isDay: boolean;
}

const stepsMinutes = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const roomPx = 68;

/** Every round time of a clock lies on a quarter of an hour, or on a part of one. */
const quarter = 15;

/**
 * Round times of the reader's own clock, as many as there is room to write. Looked for along time itself: where clocks change, an
 * hour that comes twice has its times twice, and one that is left out has none.
 */
export function ticksOf({ fromMs, toMs }: Span, width: number): Tick[] {
  const perTick = ((toMs - fromMs) * roomPx) / Math.max(width, roomPx) / minuteMs;
  const step = stepsMinutes.find((minutes) => minutes >= perTick) ?? Math.ceil(perTick / 1440) * 1440;
  const grainMs = (step % quarter === 0 ? quarter : step % 5 === 0 ? 5 : 1) * minuteMs;
  const ticks: Tick[] = [];
  let days = 0;
  for (let atMs = Math.ceil(fromMs / grainMs) * grainMs; atMs <= toMs; atMs += grainMs) {
    const at = new Date(atMs);
    const minute = at.getHours() * 60 + at.getMinutes();
    if (minute % Math.min(step, 1440) !== 0) continue;
    const isDay = minute === 0;
    if (step <= 1440 || days++ % (step / 1440) === 0) ticks.push({ atMs, isDay });
  }
  return ticks;
}
