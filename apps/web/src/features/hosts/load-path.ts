/** A value of a time, or none. */
export interface LoadValue {
  readonly atMs: number;
  readonly percent: number | null;
}

export interface LoadPicture {
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
  readonly height: number;
}

/** Values come every five minutes; after a longer silence the line begins anew. */
const silenceMs = 11 * 60_000;

/** Runs of values without a break between them. */
export function stretchesOf(values: readonly LoadValue[]): { atMs: number; percent: number }[][] {
  const stretches: { atMs: number; percent: number }[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const { atMs, percent } of values) {
    if (percent === null) continue;
    if (atMs - last > silenceMs) stretches.push([]);
    stretches.at(-1)?.push({ atMs, percent });
    last = atMs;
  }
  return stretches;
}

/** Paths in SVG: the line, and the area below it. 100 % is the upper edge. */
export function loadPaths(
  values: readonly LoadValue[],
  { fromMs, toMs, width, height }: LoadPicture,
): { line: string; area: string } {
  const x = (atMs: number) => (((atMs - fromMs) / (toMs - fromMs)) * width).toFixed(1);
  const y = (percent: number) => (height - (percent / 100) * height).toFixed(1);
  const lines = stretchesOf(values).map((stretch) => ({
    points: stretch.map(({ atMs, percent }) => `${x(atMs)},${y(percent)}`).join(' L'),
    first: x(stretch[0]?.atMs ?? fromMs),
    last: x(stretch.at(-1)?.atMs ?? fromMs),
  }));
  return {
    line: lines.map(({ points }) => `M${points}`).join(' '),
    area: lines.map(({ points, first, last }) => `M${first},${height} L${points} L${last},${height} Z`).join(' '),
  };
}

/** The value nearest to a time, not further away than a silence. */
export function nearest(values: readonly LoadValue[], atMs: number): LoadValue | undefined {
  let best: LoadValue | undefined;
  for (const value of values)
    if (value.percent !== null && Math.abs(value.atMs - atMs) < Math.abs((best?.atMs ?? atMs + silenceMs) - atMs))
      best = value;
  return best;
}
