import { execFileSync } from 'node:child_process';
import { readZonesFrom } from '@carillon/wintask/time/zone';
import { offsetInTable } from '@carillon/wintask/time/zone-table';
import { selfCommand } from '../lib/self-command.js';
import { readJson, writeFileDurably } from '../state/files.js';
import { tellHostTimezone } from './host-timezone.js';
import { isStillHost, type KnownZones, readKnownZones } from './known-zones.js';

const askingMs = 15_000;
/** Of names as zones have them; what else is asked for is left to the runtime to refuse. */
const namePattern = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/**
 * For a runner: time zones as the agent last found them, so that a run need not wait for the runtime's zone data. Without
 * the file, or when the host has been given another zone since, the runtime is asked as ever.
 */
export function useZoneFile(path: string, env: NodeJS.ProcessEnv, nowMs: number): void {
  const zones = knownIn(path, env);
  if (zones && isStillHost(zones, nowMs)) useZones(zones, () => undefined);
}

/**
 * For the agent: asks a process that ends afterwards, at the start for the zones it knew last time, later for each zone a
 * job brings, and keeps the answers for the runners. Nothing of the kind being possible, the runtime is asked as ever.
 * @param ask stands in for that process
 */
export function keepZones(path: string, env: NodeJS.ProcessEnv, ask = askSelf): void {
  const before = knownIn(path, env);
  const zones = ask(
    Object.keys(before?.tables ?? {}).filter((name) => namePattern.test(name)),
    env,
  );
  if (!zones) return;
  keep(path, zones);
  const tables = { ...zones.tables };
  useZones({ ...zones, tables }, (name) => {
    if (!namePattern.test(name)) return undefined;
    const found = ask([name], env)?.tables[name];
    if (found === undefined) return undefined;
    tables[name] = found;
    if (found) keep(path, { ...zones, tables });
    return found;
  });
}

function useZones(
  { host, tables }: KnownZones,
  find: (name: string) => KnownZones['tables'][string] | undefined,
): void {
  tellHostTimezone(host);
  readZonesFrom((name) => {
    const table = Object.hasOwn(tables, name) ? tables[name] : find(name);
    if (table === null) throw new RangeError(`Invalid time zone specified: ${name}`);
    return table && ((epochMs) => offsetInTable(table, epochMs));
  });
}

function knownIn(path: string, env: NodeJS.ProcessEnv): KnownZones | undefined {
  try {
    return readKnownZones(readJson(path), env);
  } catch {
    return undefined; // Damaged, or not ours to read.
  }
}

function keep(path: string, zones: KnownZones): void {
  try {
    writeFileDurably(path, `${JSON.stringify(zones)}\n`);
  } catch {
    // A full disk: runners then ask the runtime themselves.
  }
}

function askSelf(names: readonly string[], env: NodeJS.ProcessEnv): KnownZones | undefined {
  const { command, arguments: args } = selfCommand('zones', ...names);
  try {
    const options = { encoding: 'utf8', timeout: askingMs, windowsHide: true, env } as const;
    return readKnownZones(
      JSON.parse(execFileSync(command, args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] })),
      env,
    );
  } catch {
    return undefined;
  }
}
