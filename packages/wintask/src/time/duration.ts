const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ISO = /^P(?:(\d{1,9})D)?(T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/;

/**
 * Reads an xs:duration made of days, hours, minutes and seconds, in milliseconds.
 * Years and months have no fixed length and Task Scheduler never needs them: they give `undefined`,
 * as does anything else that is not a duration. Source: MS-TSCH 2.3 (durationType).
 */
export function parseIsoDuration(text: string): number | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, days, time, hours, minutes, seconds] = match;
  if (days === undefined && time === undefined) return undefined;
  if (time === 'T') return undefined;
  return Math.round(
    Number(days ?? 0) * DAY + Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND,
  );
}

/**
 * Writes milliseconds the way Task Scheduler exports them: `PT1H30M`, `P1DT2H`, `PT0S`.
 * Parts of a second are dropped, because Task Scheduler keeps none.
 */
export function formatIsoDuration(ms: number): string {
  const total = Math.trunc(ms / SECOND);
  if (total <= 0) return 'PT0S';
  const days = Math.trunc(total / 86_400);
  const hours = Math.trunc((total % 86_400) / 3600);
  const minutes = Math.trunc((total % 3600) / 60);
  const seconds = total % 60;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  return `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}`;
}

const SHORT = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?$/;

/**
 * Reads the job file's durations, in milliseconds: `90s`, `5m`, `2h`, `1d`, `1h30m`; units once each, largest first.
 * A bare number has no unit and gives `undefined`, so that `timeout: 5` is asked about instead of guessed.
 */
export function parseShortDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  const match = trimmed === '' ? null : SHORT.exec(trimmed);
  if (!match) return undefined;
  const [, days, hours, minutes, seconds] = match;
  return (
    Number(days ?? 0) * DAY + Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND
  );
}

const shortUnits = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'm'],
  [SECOND, 's'],
] as const;

/** Milliseconds as people write spans, the two largest units that say something: `2h 5m`, `45s`, `0s`. */
export function formatShortDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms / SECOND) * SECOND);
  const parts: string[] = [];
  for (const [unit, name] of shortUnits) {
    const count = Math.trunc(rest / unit);
    rest -= count * unit;
    if (count > 0) parts.push(`${count}${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0s';
}
