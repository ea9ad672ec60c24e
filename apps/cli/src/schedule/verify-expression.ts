import { compileSchedule } from '@carillon/wintask/schedule/compile';
import { scheduleOccurrences } from '@carillon/wintask/schedule/occurrences';
import { triggerOccurrences } from '@carillon/wintask/trigger/occurrences';
import { type Library, libraries, type Opinion } from './second-opinion.js';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A leap February and every weekday of every month: 29 February 2028 is inside. */
export const verifiedFromMs = Date.UTC(2027, 8, 1);
export const verifiedDays = 731;

/** One instant at which somebody else reads an expression otherwise. */
export interface Difference {
  readonly at: string;
  readonly ours: boolean;
  readonly theirs: boolean;
  readonly against: Library | 'triggers';
}

export type Verdict =
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Started by something other than time: nothing to compare. */
  | { readonly kind: 'timeless' }
  | { readonly kind: 'agrees'; readonly exactness: 'exact' | 'gated' }
  /** The libraries read it in different ways; ours is the way of one of them. */
  | ({ readonly kind: 'disputed'; readonly exactness: 'exact' | 'gated' } & Difference)
  /** Nobody else can read it, so only our own two ways were compared. */
  | { readonly kind: 'unchecked'; readonly exactness: 'exact' | 'gated'; readonly reason: string }
  | ({ readonly kind: 'mismatch' } & Difference);

/**
 * Compares the fires of one expression over two years, in UTC: our reading of it, the triggers it compiles to, and an
 * independent library. A crontab is days times times of day, so the library is asked about every day at the first
 * time, and about every minute of some days; our own fires are compared in full.
 */
export function verifyExpression(expression: string): Verdict {
  const schedule = [{ kind: 'cron', expression }] as const;
  const compiled = compileSchedule(schedule, { hostTimezone: 'UTC' });
  if (!compiled.ok) return { kind: 'rejected', reason: compiled.problem.message };
  const span = { fromMs: verifiedFromMs - 1, untilMs: verifiedFromMs + verifiedDays * dayMs - 1, hostTimezone: 'UTC' };
  const fires = [...scheduleOccurrences(schedule, span)].map((fire) => fire.atMs);
  if (compiled.triggers.some((trigger) => trigger.kind === 'boot')) return { kind: 'timeless' };

  const native = [...triggerOccurrences(compiled.triggers, span)].map((fire) => fire.atMs);
  const wrong = compiled.exactness === 'exact' ? firstDifference(fires, native) : firstLacking(fires, native);
  if (wrong !== undefined) return mismatch(wrong, fires.includes(wrong), native.includes(wrong), 'triggers');

  return compareWithLibraries(expression, fires, compiled.exactness);
}

/** The first library that can read the expression decides; where it differs, another one may know it otherwise. */
function compareWithLibraries(expression: string, fires: readonly number[], exactness: 'exact' | 'gated'): Verdict {
  const ours = new Set(fires);
  const refusals: string[] = [];
  const differences: Difference[] = [];
  for (const [name, ask] of Object.entries(libraries) as [Library, (text: string) => Opinion][]) {
    const opinion = ask(expression);
    if (opinion.kind === 'refuses') {
      refusals.push(`${name}: ${opinion.reason}`);
      continue;
    }
    const atMs = firstWhere(probes(fires), (at) => opinion.matches(at) !== ours.has(at));
    if (atMs === undefined)
      return differences[0] ? { kind: 'disputed', exactness, ...differences[0] } : { kind: 'agrees', exactness };
    differences.push({
      at: new Date(atMs).toISOString(),
      ours: ours.has(atMs),
      theirs: !ours.has(atMs),
      against: name,
    });
  }
  const [first] = differences;
  return first ? { kind: 'mismatch', ...first } : { kind: 'unchecked', exactness, reason: refusals.join('; ') };
}

function firstWhere(values: Iterable<number>, condition: (value: number) => boolean): number | undefined {
  for (const value of values) if (condition(value)) return value;
  return undefined;
}

/** Every day at the first time of day, and every minute of the first and last day that fires and of one that does not. */
function* probes(fires: readonly number[]): Generator<number> {
  const timeOfDay = (fires[0] ?? verifiedFromMs) % dayMs;
  const firing = new Set(fires.map((atMs) => Math.floor(atMs / dayMs)));
  const firstDay = verifiedFromMs / dayMs;
  let silent: number | undefined;
  for (let day = firstDay; day < firstDay + verifiedDays; day += 1) {
    yield day * dayMs + timeOfDay;
    if (!firing.has(day)) silent ??= day;
  }
  const days = [[...firing][0], [...firing].at(-1), silent];
  for (const day of new Set(days)) {
    if (day === undefined) continue;
    for (let minute = 0; minute < 1_440; minute += 1) yield day * dayMs + minute * minuteMs;
  }
}

function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    if (a[index] !== b[index])
      return Math.min(a[index] ?? Number.POSITIVE_INFINITY, b[index] ?? Number.POSITIVE_INFINITY);
  }
  return undefined;
}

function firstLacking(wanted: readonly number[], found: readonly number[]): number | undefined {
  const there = new Set(found);
  return wanted.find((atMs) => !there.has(atMs));
}

function mismatch(atMs: number, ours: boolean, theirs: boolean, against: 'triggers'): Verdict {
  return { kind: 'mismatch', at: new Date(atMs).toISOString(), ours, theirs, against };
}
