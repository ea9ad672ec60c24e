import { parseShortDuration } from '@carillon/wintask/time/duration';
import { usageError } from './errors.js';

const two = (value: number) => String(value).padStart(2, '0');

/** An instant as local time with its offset, `2026-03-01 02:30:00 +08:00`. */
export function localTime(instant: string | number): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  return `${day} ${time} ${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

/** Milliseconds as `850ms`, `12.3s`, `4m05s`, `2h03m`. */
export function shortSpan(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m${two(Math.floor((ms % 60_000) / 1_000))}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/**
 * `02:00` (the last time the clock showed it), `2h` (that long ago), or a date and time, in local time unless it has an
 * offset -> the instant.
 * @throws CliError (usage) for anything else
 */
export function parseAt(text: string, nowMs: number): string {
  const clock = /^(\d?\d):(\d\d)$/.exec(text);
  if (clock && Number(clock[1]) < 24 && Number(clock[2]) < 60) {
    const at = new Date(nowMs);
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
    return at.toISOString();
  }
  return readPast(text, nowMs, '--at', 'a clock time such as 02:00, a duration such as 2h');
}

/**
 * `2h` (that long ago), or a date and time, in local time unless it has an offset -> the instant.
 * @throws CliError (usage) for anything else
 */
export function parseSince(text: string, nowMs: number): string {
  return readPast(text, nowMs, '--since', 'a duration such as 2h');
}

/**
 * `2h` (from now on), or a date and time, in local time unless it has an offset -> the instant.
 * @throws CliError (usage) for anything else, and for a time that is over
 */
export function parseUntil(text: string, nowMs: number, option: string): string {
  const span = parseShortDuration(text);
  const at = span === undefined ? readDate(text) : nowMs + span;
  if (!Number.isNaN(at) && at > nowMs) return new Date(at).toISOString();
  throw usageError(
    `${option}: expected a duration such as 2h or a date and time to come such as 2026-03-01T08:00, got ${JSON.stringify(text)}`,
  );
}

function readPast(text: string, nowMs: number, option: string, expected: string): string {
  const span = parseShortDuration(text);
  if (span !== undefined) return new Date(nowMs - span).toISOString();
  const at = readDate(text);
  if (Number.isNaN(at))
    throw usageError(
      `${option}: expected ${expected} or a date and time such as 2026-03-01T08:00, got ${JSON.stringify(text)}`,
    );
  return new Date(at).toISOString();
}

/** Epoch milliseconds; NaN for what is no date. */
function readDate(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(`${text}T00:00`);
  return /^\d{4}-\d\d-\d\d[T ]/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
}
