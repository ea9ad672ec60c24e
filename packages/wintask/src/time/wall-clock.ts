import type { LocalDateTime } from './zone.js';

const WALL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A date and time as task XML and job files write it. `wallMs` reads the digits as if they were UTC;
 * `offsetMs` is there when the text fixes the instant itself (`Z` or `+08:00`): the instant is `wallMs - offsetMs`.
 */
export interface WallClockText {
  wallMs: number;
  offsetMs?: number;
}

/**
 * Reads `2026-12-31T23:00`, with optional seconds, fraction (dropped, Task Scheduler keeps whole seconds) and offset.
 * Gives `undefined` for anything else, impossible dates such as 30 February included.
 */
export function parseWallClock(text: string): WallClockText | undefined {
  const match = WALL.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number];
  const second = Number(match[6] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const shown = new Date(wallMs);
  if (shown.getUTCFullYear() !== year || shown.getUTCMonth() !== month - 1 || shown.getUTCDate() !== day)
    return undefined;
  const zone = match[7];
  if (zone === undefined) return { wallMs };
  if (zone === 'Z') return { wallMs, offsetMs: 0 };
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000;
  return { wallMs, offsetMs: zone.startsWith('-') ? -offset : offset };
}

/** Writes wall-clock milliseconds (digits read as UTC) as `2026-12-31T23:00:00`. */
export function formatWall(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19);
}

/** Writes a wall-clock reading as `2026-12-31T23:00:00`. */
export function formatLocal(local: LocalDateTime): string {
  return formatWall(Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second));
}
