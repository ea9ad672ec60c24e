import { shortDuration, utcTime } from '@carillon/core/text/readable';
import type { ZoneChoice } from './time-zone.js';

export { utcTime };

/** `2026-11-23 08:00:05` in the reader's own zone: sortable, the same in every language. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

const formats = new Map<string, Intl.DateTimeFormat | null>();

/** Making one takes a hundred times as long as using it. Null for a zone that this browser does not know. */
function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  let format = formats.get(timeZone);
  if (format === undefined) {
    try {
      // Swedish writes dates as we do.
      format = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
        timeZoneName: 'longOffset',
      });
    } catch {
      format = null;
    }
    formats.set(timeZone, format);
  }
  return format;
}

/** `2026-11-23 16:00:05 +08:00` in an IANA zone; null for a zone that this browser does not know. */
export function zonedTime(iso: string, timeZone: string): string | null {
  const text = formatOf(timeZone)?.format(new Date(iso));
  // U+2212, the minus of typesetters, is not the one that people type and search for.
  return text?.replace(/GMT$/, '+00:00').replace('GMT', '').replace('\u2212', '-') ?? null;
}

/** A time by the chosen clock; by the reader's own where the host's zone is wanted and not known. */
export function timeIn(choice: ZoneChoice, iso: string, hostZone?: string | null): string {
  if (choice === 'utc') return utcTime(iso);
  return (choice === 'host' && hostZone && zonedTime(iso, hostZone)) || localTime(iso);
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
/** Clocks differ by so much, and the page looks at its own only now and then. */
const justNowMs = 5_000;
const relatives = new Map<string, Intl.RelativeTimeFormat>();

/** `5 min. ago`, `in 2 hr.`, in the reader's language. */
export function relativeTime(iso: string, nowMs: number, language: string): string {
  const aheadMs = Date.parse(iso) - nowMs;
  // What has just happened may have a time that our own clock has not reached yet.
  const ms = aheadMs > 0 && aheadMs < justNowMs ? 0 : aheadMs;
  const [unit, unitMs] = units.find(([, size]) => Math.abs(ms) >= size) ?? units[3];
  const format = relatives.get(language) ?? new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  relatives.set(language, format);
  return format.format(Math.trunc(ms / unitMs), unit);
}

/** `850ms`, `12.3s`, `4m 05s`, `2h 10m`. */
export const duration = shortDuration;

/** A time that somebody set: `15m`, `1h 30m`; parts that are nothing are left out. */
export function wholeDuration(ms: number): string {
  return duration(ms)
    .replace(/ 00[ms]$/, '')
    .replace(/\.0s$/, 's');
}

/** Instants within a sentence of the server, as the pages write them. */
export function readableTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, utcTime);
}
