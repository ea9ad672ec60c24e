/** A wall-clock reading; month is 1-12. */
export interface LocalDateTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** What a wall-clock reading means in a zone: one instant, none (clocks jumped over it) or two (clocks went back). */
export type LocalMeaning =
  | { kind: 'unique'; at: number }
  | { kind: 'gap'; at: number }
  | { kind: 'overlap'; first: number; second: number };

/** An instant at which a zone's offset changes, in milliseconds since the epoch; offsets are milliseconds east of UTC. */
export interface Transition {
  atMs: number;
  beforeMs: number;
  afterMs: number;
}

interface Segment {
  from: number;
  offset: number;
}
/** A zone's offset at an instant, in milliseconds east of UTC; undefined: not known, ask the runtime. */
export type KnownOffsets = (epochMs: number) => number | undefined;

interface ZoneCache {
  measure: (epochMs: number) => number;
  blocks: Map<number, Segment[]>;
  lastBlock: number;
  lastSegments: Segment[];
}

// Offsets are remembered per block of about 50 days; inside a block the zone is sampled every 6 days, which no zone
// outruns since 1970: the closest changes are a week apart (the north-east of Brazil in 2000, Gaza in 2040).
const BLOCK = 2 ** 32;
const SAMPLES = 8;
const DAY = 86_400_000;

// Formatters cost about 50 microseconds each to make, a lookup in the blocks well under one. Rules of a zone do not
// change while a process lives, so this memory never alters an answer.
const zones = new Map<string, ZoneCache>();
let known: (zone: string) => KnownOffsets | undefined = () => undefined;

/**
 * Lets somebody answer for the runtime, whose own zone data costs a process some 8 MB and 15 ms at its first use. The
 * answers must be the runtime's own, such as `tableOf` keeps.
 * @param offsetsOf undefined: ask the runtime. May throw RangeError for a zone that there is not
 */
export function readZonesFrom(offsetsOf: (zone: string) => KnownOffsets | undefined): void {
  known = offsetsOf;
  zones.clear();
}

const OFFSET = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/;

function zoneCache(zone: string): ZoneCache {
  const remembered = zones.get(zone);
  if (remembered) return remembered;
  const made: ZoneCache = { measure: measureOf(zone), blocks: new Map(), lastBlock: Number.NaN, lastSegments: [] };
  zones.set(zone, made);
  return made;
}

function measureOf(zone: string): ZoneCache['measure'] {
  const offsets = known(zone);
  if (!offsets) return runtimeOffsets(zone);
  let runtime: ZoneCache['measure'] | undefined;
  return (epochMs) => {
    const offset = offsets(epochMs);
    if (offset !== undefined) return offset;
    runtime ??= runtimeOffsets(zone);
    return runtime(epochMs);
  };
}

/** True when the name is an IANA time zone this runtime knows, for example `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    zoneCache(name);
    return true;
  } catch {
    return false;
  }
}

/** Asks the runtime: it writes `GMT`, `GMT+05:30`, or with seconds for times before zones were agreed on. */
function runtimeOffsets(zone: string): ZoneCache['measure'] {
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (epochMs) => {
    const [, sign, hours, minutes, seconds] = OFFSET.exec(formatter.format(epochMs)) ?? [];
    if (sign === undefined) return 0;
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000;
    return sign === '+' ? size : -size;
  };
}

/** First instant in (low, high] that already has the offset `after`; seconds precision. */
function findChange(measure: (ms: number) => number, low: number, high: number, after: number): number {
  let before = Math.floor(low / 1000);
  let changed = Math.ceil(high / 1000);
  while (changed - before > 1) {
    const middle = Math.floor((before + changed) / 2);
    if (measure(middle * 1000) === after) changed = middle;
    else before = middle;
  }
  return changed * 1000;
}

function segmentsOf(cache: ZoneCache, block: number): Segment[] {
  const remembered = cache.blocks.get(block);
  if (remembered) return remembered;
  const start = block * BLOCK;
  const { measure } = cache;
  const segments: Segment[] = [{ from: start, offset: measure(start) }];
  let last = segments[0]!;
  for (let sample = 1; sample <= SAMPLES; sample++) {
    const to = start + (BLOCK / SAMPLES) * sample;
    const offset = measure(to);
    if (offset === last.offset) continue;
    last = { from: findChange(measure, to - BLOCK / SAMPLES, to, offset), offset };
    segments.push(last);
  }
  cache.blocks.set(block, segments);
  return segments;
}

/** Milliseconds east of UTC that the zone's clocks show at an instant. Throws RangeError for an unknown zone. */
export function offsetMs(zone: string, epochMs: number): number {
  const cache = zoneCache(zone);
  return epochMs < FAR_MS ? offsetIn(cache, epochMs) : offsetIn(cache, nearYear(epochMs));
}

// Known exceptions end in 2087; afterwards a zone's rules name months and weekdays only, so a year has the offsets of
// any other that begins on the same weekday and is as long. Those of 28 years stand for all that follow.
const FIRST_FAR_YEAR = 2101;
/** From here on a zone is only asked about nearer years. */
export const FAR_MS = Date.UTC(FIRST_FAR_YEAR + 28, 0, 1);
const yearShape = (year: number) => new Date(Date.UTC(year, 0, 1)).getUTCDay() * 400 + daysOfYear(year);
const daysOfYear = (year: number) => (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY;
const farYears = new Map(
  Array.from({ length: 28 }, (_, index) => FIRST_FAR_YEAR + index).map((year) => [yearShape(year), year]),
);

const backToNear = new Map<number, number>();

function nearYear(epochMs: number): number {
  const year = new Date(epochMs).getUTCFullYear();
  let back = backToNear.get(year);
  if (back === undefined) {
    back = Date.UTC(farYears.get(yearShape(year))!, 0, 1) - Date.UTC(year, 0, 1);
    backToNear.set(year, back);
  }
  return epochMs + back;
}

function offsetIn(cache: ZoneCache, epochMs: number): number {
  const block = Math.floor(epochMs / BLOCK);
  if (cache.lastBlock !== block) {
    cache.lastSegments = segmentsOf(cache, block);
    cache.lastBlock = block;
  }
  const segments = cache.lastSegments;
  for (let index = segments.length - 1; index > 0; index--) {
    if (segments[index]!.from <= epochMs) return segments[index]!.offset;
  }
  return segments[0]!.offset;
}

/** The wall clock of a zone at an instant. Throws RangeError for an unknown zone. */
export function toLocal(zone: string, epochMs: number): LocalDateTime {
  const shown = new Date(epochMs + offsetMs(zone, epochMs));
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  };
}

/**
 * The instant or instants a wall-clock reading names. For a reading that clocks jumped over, `at` is the first instant
 * that exists after the jump, which is what Task Scheduler documents for its calendar triggers.
 */
export function fromLocal(zone: string, local: LocalDateTime): LocalMeaning {
  const { year, month, day, hour, minute, second } = local;
  return fromWall(zone, Date.UTC(year, month - 1, day, hour, minute, second));
}

/** Like `fromLocal`, for a reading given as if it were UTC milliseconds; cheaper in loops. */
export function fromWall(zone: string, wallMs: number): LocalMeaning {
  const before = offsetMs(zone, wallMs - DAY);
  const after = offsetMs(zone, wallMs + DAY);
  const early = wallMs - before;
  if (before === after) return { kind: 'unique', at: early };
  const late = wallMs - after;
  const earlyIsReal = offsetMs(zone, early) === before;
  const lateIsReal = offsetMs(zone, late) === after;
  if (earlyIsReal && lateIsReal) return { kind: 'overlap', first: early, second: late };
  if (earlyIsReal) return { kind: 'unique', at: early };
  if (lateIsReal) return { kind: 'unique', at: late };
  return { kind: 'gap', at: findChange((ms) => offsetMs(zone, ms), late, early, after) };
}

/** Every change of the zone's offset in [fromMs, untilMs), in order. */
export function transitions(zone: string, fromMs: number, untilMs: number): Transition[] {
  const cache = zoneCache(zone);
  const found: Transition[] = [];
  let previous = offsetMs(zone, fromMs);
  for (let block = Math.floor(fromMs / BLOCK); block * BLOCK < untilMs; block++) {
    for (const { from, offset } of segmentsOf(cache, block)) {
      if (from <= fromMs || from >= untilMs || offset === previous) continue;
      found.push({ atMs: from, beforeMs: previous, afterMs: offset });
      previous = offset;
    }
  }
  return found;
}
