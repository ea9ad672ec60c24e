import { isZoneTable, offsetInTable, tableOf, type ZoneTable } from '@carillon/wintask/time/zone-table';
import { runtimeTimezone } from './host-timezone.js';

/** What a process found out about time zones, for processes that do not want to carry the runtime's own zone data. */
export interface KnownZones {
  /** Release of the runtime's zone data, `2026b`. */
  readonly release: string;
  /** What `TZ` said, which can name the host's zone off Windows. */
  readonly tz: string | null;
  readonly host: string;
  /** By name; null: there is no such zone. */
  readonly tables: Readonly<Record<string, ZoneTable | null>>;
}

/** Asks the runtime. */
export function findZones(names: readonly string[], env: NodeJS.ProcessEnv): KnownZones {
  const host = runtimeTimezone();
  const tables = Object.fromEntries([...new Set([host, ...names])].map((name) => [name, tableIfKnown(name)]));
  return { release: zoneRelease(), tz: env.TZ ?? null, host, tables };
}

function tableIfKnown(name: string): ZoneTable | null {
  try {
    return tableOf(name);
  } catch {
    return null;
  }
}

function zoneRelease(): string {
  return process.versions.tz ?? '';
}

/** Of a file or of another process's answer: what is damaged, or from another release of the zone data, is not known. */
export function readKnownZones(raw: unknown, env: NodeJS.ProcessEnv): KnownZones | undefined {
  const { release, tz, host, tables } = Object(raw) as Partial<KnownZones>;
  if (release !== zoneRelease() || tz !== (env.TZ ?? null) || typeof host !== 'string') return undefined;
  if (typeof tables !== 'object' || !isZoneTable(tables[host])) return undefined;
  return Object.values(tables).every((table) => table === null || isZoneTable(table))
    ? { release, tz, host, tables }
    : undefined;
}

const dayMs = 86_400_000;
/** Every five days of the year that begins now: no summer time is shorter. */
const probes = Array.from({ length: 73 }, (_, index) => index * 5 * dayMs);

/** Whether this host's clocks still go as those of the zone that was found: it may have been given another since. */
export function isStillHost({ host, tables }: KnownZones, nowMs: number): boolean {
  const table = tables[host];
  return probes.every((aheadMs) => {
    const atMs = nowMs + aheadMs;
    return table && offsetInTable(table, atMs) === new Date(atMs).getTimezoneOffset() * -60_000;
  });
}
