/** One cron field for a sorted set of values: `*`, `9-17`, `7-59/15`, `1,15`. */
export function cronField(values: readonly number[], from: number, to: number): string {
  const [first, second] = values;
  if (first === undefined) throw new RangeError('a cron field needs a value');
  if (values.length === to - from + 1) return '*';
  const step = second === undefined ? 1 : second - first;
  const isEven = values.every((value, index) => value === first + index * step);
  const last = values.at(-1)!;
  if (isEven && values.length > 2) {
    if (step === 1) return `${first}-${last}`;
    const isWhole = first === from && last + step > to;
    return isWhole ? `*/${step}` : `${first}-${last}/${step}`;
  }
  return runsOf(values).join(',');
}

/** Neighbours are written as ranges: `1,5-7`. */
function runsOf(values: readonly number[]): string[] {
  const runs: { from: number; to: number }[] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run && run.to + 1 === value) run.to = value;
    else runs.push({ from: value, to: value });
  }
  return runs.flatMap(({ from, to }) =>
    to - from > 1 ? [`${from}-${to}`] : to > from ? [`${from},${to}`] : [`${from}`],
  );
}

/**
 * The fewest `minute hour` pairs of fields that name exactly these minutes of the day: hours with the same minutes
 * together, or minutes with the same hours together, whichever is shorter.
 */
export function minuteHourFields(minutesOfDay: Iterable<number>): string[] {
  const times = [...new Set(minutesOfDay)].map((time) => [Math.floor(time / 60), time % 60] as const);
  const byHour = together(times);
  const byMinute = together(times.map(([hour, minute]) => [minute, hour] as const));
  const minutes = (values: readonly number[]) => cronField(values, 0, 59);
  const hours = (values: readonly number[]) => cronField(values, 0, 23);
  return byHour.length <= byMinute.length
    ? byHour.map(([hour, minute]) => `${minutes(minute)} ${hours(hour)}`)
    : byMinute.map(([minute, hour]) => `${minutes(minute)} ${hours(hour)}`);
}

/** Pairs (a, b) as products: every a of a group stands with every b of it. */
function together(pairs: readonly (readonly [number, number])[]): (readonly [number[], number[]])[] {
  const of = new Map<number, number[]>();
  for (const [a, b] of pairs) of.set(a, [...(of.get(a) ?? []), b]);
  const groups = new Map<string, [number[], number[]]>();
  for (const [a, list] of [...of].sort(([x], [y]) => x - y)) {
    const bs = list.sort((x, y) => x - y);
    const group = groups.get(bs.join());
    if (group) group[0].push(a);
    else groups.set(bs.join(), [[a], bs]);
  }
  return [...groups.values()];
}
