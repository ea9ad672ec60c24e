import type { AssignmentState, DriftKind } from '../state/states.js';

/** What agents call it that they put one task back when they are told to; one without it is never asked. */
export const repairCapability = 'repair';

export const repairOutcomes = ['repaired', 'as_defined'] as const;
/** What a host says that it did. `as_defined`: nothing, since the task was as its job says. */
export type RepairOutcome = (typeof repairOutcomes)[number];

/** A host that should have a job, and how far it is. */
export interface JobHost {
  readonly name: string;
  readonly state: AssignmentState;
}

export type RepairChoice<H extends JobHost> =
  | { readonly ok: true; readonly hosts: readonly H[] }
  /** Places in the list of names of those that do not have the job. */
  | { readonly ok: false; readonly unknown: readonly number[] };

/**
 * Which hosts of a job are told to put its task back. Those that are named, whatever is known of them: the host looks, and one
 * whose task is as it should be does nothing. With no names, those that are known to differ; none is an answer too.
 * @param hosts all that have the job, in the order in which they are to be told
 */
export function chooseRepairs<H extends JobHost>(
  hosts: readonly H[],
  names: readonly string[] | undefined,
): RepairChoice<H> {
  const here = hosts.filter(({ state }) => state !== 'removing');
  if (names === undefined) return { ok: true, hosts: here.filter(({ state }) => state === 'drifted') };
  const known = new Set(here.map(({ name }) => name.toLowerCase()));
  const unknown = names.flatMap((name, index) => (known.has(name.toLowerCase()) ? [] : [index]));
  if (unknown.length > 0) return { ok: false, unknown };
  const named = new Set(names.map((name) => name.toLowerCase()));
  return { ok: true, hosts: here.filter(({ name }) => named.has(name.toLowerCase())) };
}

/** How a task was found on one host. */
export interface KnownDrift {
  readonly host: string;
  readonly found: DriftKind | null;
  /** Field by field; null where one of the two is not known. */
  readonly fields: readonly { readonly path: string; readonly wanted: unknown; readonly found: unknown }[] | null;
  /** In words. */
  readonly differences: readonly string[];
}

/** Hosts on which the same would be put back. */
export interface AlikeDrifts<D extends KnownDrift> {
  readonly alike: D;
  readonly hosts: readonly string[];
}

/** Puts hosts together whose tasks differ in the same way, so that many can be read before they are repaired; most hosts first. */
export function groupAlike<D extends KnownDrift>(drifts: readonly D[]): AlikeDrifts<D>[] {
  const groups = new Map<string, { alike: D; hosts: string[] }>();
  for (const drift of drifts) {
    const { found, fields, differences } = drift;
    const key = JSON.stringify([found, fields ?? differences]);
    const group = groups.get(key);
    if (group) group.hosts.push(drift.host);
    else groups.set(key, { alike: drift, hosts: [drift.host] });
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}
