import type { Schedule } from '@carillon/wintask/schedule/schedule';
import type { RunSpec } from './job-spec.js';
import type { RunAs } from './run-as.js';

/** What is different about a job on some of its hosts; what is absent is as everywhere. */
export interface HostOverride {
  /** Names of hosts; each stands in one override of a job at most. */
  readonly hosts: readonly string[];
  readonly schedule?: Schedule;
  /** Only of a program. */
  readonly arguments?: readonly string[];
  readonly workingDirectory?: string | null;
  readonly runAs?: RunAs;
}

interface Overridable {
  readonly schedule: Schedule;
  readonly run: RunSpec;
  readonly runAs: RunAs;
  readonly overrides?: readonly HostOverride[];
}

/** A definition as it is on one host, its overrides worked in. Without a name it is as on hosts that none names. */
export function onHost<T extends Overridable>(definition: T, hostName: string | undefined): Omit<T, 'overrides'> {
  const { overrides, ...everywhere } = definition;
  const key = hostName?.toLowerCase();
  const own = overrides?.find(({ hosts }) => hosts.some((name) => name.toLowerCase() === key));
  if (!own) return everywhere;
  const { schedule = everywhere.schedule, runAs = everywhere.runAs } = own;
  return { ...everywhere, schedule, runAs, run: runOn(everywhere.run, own) };
}

function runOn(run: RunSpec, own: HostOverride): RunSpec {
  const { workingDirectory = run.workingDirectory } = own;
  return run.kind === 'program'
    ? { ...run, workingDirectory, arguments: own.arguments ?? run.arguments }
    : { ...run, workingDirectory };
}
