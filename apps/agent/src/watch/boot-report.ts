import { uptime } from 'node:os';
import type { HostBooted } from '@carillon/contract/agent/host-events';
import { readJson, writeJson } from '../state/files.js';

/** Clocks are set a little now and then, which moves the time of a start that is read from how long ago it was. */
const sameMs = 60_000;

/** Tells once of each start of the host. @param file where the last one told is kept */
export function reportBoot(
  file: string,
  report: (event: HostBooted) => void,
  bootedMs = Date.now() - uptime() * 1_000,
): void {
  const told = readJson<{ bootedMs: number }>(file)?.bootedMs ?? 0;
  if (Math.abs(bootedMs - told) < sameMs) return;
  report({ kind: 'host.booted', bootedAt: new Date(bootedMs).toISOString() });
  writeJson(file, { bootedMs });
}
