import { canonicalJson, type Json, sha256Hex } from '../desired/canonical-json.js';
import { diffFields } from '../document/diff-fields.js';
import type { Document } from '../document/read-document.js';
import type { TargetHost } from '../host/target.js';
import { overrideOf } from '../job/host-overrides.js';
import { jobDocument } from '../job/job-document.js';
import type { JobSpec, Rights } from '../job/job-spec.js';

/** What writing one document would come upon, and do. */
export interface PlannedDocument {
  readonly kind: Document['kind'];
  readonly name: string;
  readonly change: 'created' | 'updated' | 'unchanged';
  /** What is stored now; null: nothing is. */
  readonly before: object | null;
  readonly after: object;
  /** Both as they stand in a file, where that is known. */
  readonly words?: { readonly before: object; readonly after: object } | undefined;
  /** Of jobs: names of the hosts that have it now, and that would have it. */
  readonly hostsBefore: readonly string[];
  readonly hostsAfter: readonly string[];
}

/** A job that no document names, whose hosts change with a group. */
export interface MovedJob {
  readonly job: string;
  readonly hostsBefore: readonly string[];
  readonly hostsAfter: readonly string[];
}

/** A field as a file says it; the side that lacks it is undefined. */
export interface PlannedField {
  /** `run.arguments`. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AccountUse {
  readonly account: string;
  readonly rights: Rights;
  readonly hosts: number;
}

/** The fields that a document changes, in words of the file; of a new one all of them. */
export function plannedFields({ kind, change, before, after, words }: PlannedDocument): PlannedField[] {
  if (change === 'unchanged') return [];
  const said = (spec: object) => (kind === 'Job' ? jobDocument(spec as JobSpec) : { kind, ...spec });
  const sides = words ?? { before: before === null ? {} : said(before), after: said(after) };
  return diffFields(sides.before, sides.after).map((change) => ({
    path: change.path.join('.'),
    ...(change.before === undefined ? {} : { before: change.before }),
    ...(change.after === undefined ? {} : { after: change.after }),
  }));
}

/** Hosts that would get a job, and that would lose it, by name in any case. */
export function hostsChanged(had: readonly string[], has: readonly string[]): { gained: string[]; lost: string[] } {
  const before = new Set(had.map((name) => name.toLowerCase()));
  const after = new Set(has.map((name) => name.toLowerCase()));
  return {
    gained: has.filter((name) => !before.has(name.toLowerCase())),
    lost: had.filter((name) => !after.has(name.toLowerCase())),
  };
}

/** Whom a job runs as on these hosts, overrides included; those of most hosts first. */
export function accountsOf(spec: JobSpec, hosts: readonly Pick<TargetHost, 'name'>[]): AccountUse[] {
  const accounts = new Map<string, AccountUse>();
  for (const { name } of hosts) {
    const own = overrideOf(spec.overrides ?? [], name);
    const account = own?.runAs ?? spec.runAs;
    const rights = own?.rights ?? spec.rights ?? 'ordinary';
    const key = `${rights} ${account}`;
    accounts.set(key, { account, rights, hosts: (accounts.get(key)?.hosts ?? 0) + 1 });
  }
  return [...accounts.values()].sort((a, b) => b.hosts - a.hosts);
}

/** Digits of a plan's hash: enough against an accident, and short enough to be given by hand. */
export const planHashDigits = 16;

/**
 * One text for what is there, what is asked for and which hosts it moves: the same documents give another one as soon as
 * somebody has changed any of them, or a host came, went or was labelled otherwise. Times of starts are no part of it.
 */
export function planHash(
  documents: readonly PlannedDocument[],
  moved: readonly MovedJob[],
  pruned: readonly { readonly name: string; readonly hosts: readonly string[] }[] = [],
): string {
  const hosts = (names: readonly string[]) => names.map((name) => name.toLowerCase()).sort();
  const byName = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
  const told = {
    documents: documents
      .map(({ kind, name, before, after, hostsBefore, hostsAfter }) => ({
        key: `${kind} ${name.toLowerCase()}`,
        before,
        after,
        hosts: [hosts(hostsBefore), hosts(hostsAfter)],
      }))
      .sort(byName),
    moved: moved
      .map(({ job, hostsBefore, hostsAfter }) => ({
        key: job.toLowerCase(),
        hosts: [hosts(hostsBefore), hosts(hostsAfter)],
      }))
      .sort(byName),
    ...(pruned.length > 0
      ? { pruned: pruned.map((job) => ({ key: job.name.toLowerCase(), hosts: hosts(job.hosts) })).sort(byName) }
      : {}),
  };
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify(told)) as Json)).slice(0, planHashDigits);
}
