import type { Schedule } from '@carillon/wintask/schedule/schedule';
import type { HostOverride, RunSpec } from './job-spec.js';
import type { RunAs } from './run-as.js';

interface Overridable {
  readonly schedule: Schedule;
  readonly run: RunSpec;
  readonly runAs: RunAs;
  readonly overrides?: readonly HostOverride[];
}

/** A definition as it is on one host, its overrides worked in. Without a name it is as on hosts that none names. */
export function onHost<T extends Overridable>(definition: T, hostName: string | undefined): Omit<T, 'overrides'> {
  const { overrides, ...everywhere } = definition;
  const own = hostName === undefined ? undefined : overrideOf(overrides ?? [], hostName);
  if (!own) return everywhere;
  const { schedule = everywhere.schedule, runAs = everywhere.runAs } = own;
  return { ...everywhere, schedule, runAs, run: runOn(everywhere.run, own) };
}

/** The override that names a host, if any. */
export function overrideOf(overrides: readonly HostOverride[], hostName: string): HostOverride | undefined {
  const key = hostName.toLowerCase();
  return overrides.find(({ hosts }) => hosts.some((name) => name.toLowerCase() === key));
}

function runOn(run: RunSpec, own: HostOverride): RunSpec {
  const { workingDirectory = run.workingDirectory } = own;
  return run.kind === 'program'
    ? { ...run, workingDirectory, arguments: own.arguments ?? run.arguments }
    : { ...run, workingDirectory };
}
