import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { canonicalJson, type Json } from '../desired/canonical-json.js';
import type { HostOverride, MissedPolicy, RunSpec } from './job-spec.js';
import type { RunAs } from './run-as.js';

interface Overridable {
  readonly schedule: Schedule;
  readonly run: RunSpec;
  readonly runAs: RunAs;
  readonly rights?: 'highest';
  readonly enabled: boolean;
  readonly onMissed: MissedPolicy;
  readonly overrides?: readonly HostOverride[];
}

/** A definition as it is on one host, its overrides worked in. Without a name it is as on hosts that none names. */
export function onHost<T extends Overridable>(definition: T, hostName: string | undefined): Omit<T, 'overrides'> {
  const { overrides, ...everywhere } = definition;
  const own = hostName === undefined ? undefined : overrideOf(overrides ?? [], hostName);
  if (!own) return everywhere;
  const { schedule, runAs, enabled, onMissed } = { ...everywhere, ...own };
  const { rights: usual, ...rest } = everywhere;
  const rights = (own.rights ?? usual) === 'highest' ? { rights: 'highest' } : {};
  return { ...rest, schedule, runAs, ...rights, enabled, onMissed, run: runOn(everywhere.run, own) } as unknown as Omit<
    T,
    'overrides'
  >;
}

/** The override that names a host, if any. */
export function overrideOf(overrides: readonly HostOverride[], hostName: string): HostOverride | undefined {
  const key = hostName.toLowerCase();
  return overrides.find(({ hosts }) => hosts.some((name) => name.toLowerCase() === key));
}

/**
 * Hosts that were different before and are as all others now: what a file takes back that does not know of it.
 * @param hosts those that are of interest, in the order to tell them
 */
export function overridesLost(
  before: Pick<Overridable, 'overrides'>,
  after: Pick<Overridable, 'overrides'>,
  hosts: readonly string[],
): string[] {
  return hosts.filter((name) => overrideOf(before.overrides ?? [], name) && !overrideOf(after.overrides ?? [], name));
}

function runOn(run: RunSpec, own: HostOverride): RunSpec {
  const { workingDirectory = run.workingDirectory } = own;
  return run.kind === 'program'
    ? { ...run, workingDirectory, arguments: own.arguments ?? run.arguments }
    : { ...run, workingDirectory };
}

/** The parts of a definition that an edited task can change on one host. */
export type OverridePart = 'schedule' | 'runAs' | 'rights' | 'enabled' | 'onMissed';
export type OverrideParts = Pick<HostOverride, OverridePart>;

/**
 * A definition in which one host differs in these parts, beside what was different there before. What is as everywhere
 * is not written out, so that a host that was put back has no override.
 */
export function withOverride<T extends Overridable>(definition: T, hostName: string, parts: OverrideParts): T {
  const { overrides: before = [], ...everywhere } = definition;
  const key = hostName.toLowerCase();
  const others = before.flatMap((override) => {
    const hosts = override.hosts.filter((name) => name.toLowerCase() !== key);
    return hosts.length > 0 ? [{ ...override, hosts }] : [];
  });
  const { hosts: _, ...old } = overrideOf(before, hostName) ?? { hosts: [] };
  const usual: Readonly<Record<string, unknown>> = { ...everywhere, rights: everywhere.rights ?? 'ordinary' };
  const own = Object.entries({ ...old, ...parts }).filter(([part, value]) => !isSame(value, usual[part]));
  const overrides = own.length === 0 ? others : [...others, { hosts: [hostName], ...Object.fromEntries(own) }];
  return { ...everywhere, ...(overrides.length > 0 ? { overrides } : {}) } as unknown as T;
}

function isSame(a: unknown, b: unknown): boolean {
  return b !== undefined && canonicalJson(a as Json) === canonicalJson(b as Json);
}
