import { describeTarget, unknownGroups } from '@carillon/core/host/target';
import type { Document } from '@carillon/core/job/job-file';
import { makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { makeProblem } from '@carillon/core/problem';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { ApplyFacts, DocumentProblem } from '../../store/apply.store.js';

/** Groups and alert policies may come in the same request, in any order. */
export function unknownReferences(
  documents: readonly Document[],
  raw: readonly unknown[],
  facts: ApplyFacts,
): DocumentProblem[] {
  const named = (kind: Document['kind']) => documents.filter((document) => document.kind === kind).map(nameOf);
  const groups = [...facts.knownGroups, ...named('HostGroup')].map((name) => ({ name }));
  const policies = new Set([...facts.knownPolicies, ...named('AlertPolicy')].map((name) => name.toLowerCase()));
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job') return [];
    const { targets, alerts } = document.spec;
    return [
      ...unknownGroups(targets, groups).map((name) =>
        makeProblem(groupPath(raw[index], name), 'unknown_reference', 'the name of a saved HostGroup', name),
      ),
      ...alerts
        .filter((name) => !policies.has(name.toLowerCase()))
        .map((name) =>
          makeProblem(`alerts[${alerts.indexOf(name)}]`, 'unknown_reference', 'the name of a saved AlertPolicy', name),
        ),
    ].map((problem) => ({ ...problem, document: index }));
  });
}

/** Where the document says it: `group: x` and `groups: [x]` mean the same. */
function groupPath(raw: unknown, name: string): string {
  const { targets } = raw as { targets?: { group?: unknown; groups?: readonly unknown[] } };
  return targets?.group === name ? 'targets.group' : `targets.groups[${targets?.groups?.indexOf(name) ?? 0}]`;
}

/** By number of document: how many hosts a job matches, and in which zones they are. */
type HostsOfDocuments = ReadonlyMap<number, { readonly count: number; readonly timezones: readonly string[] }>;

/** A job that would run nowhere is most likely a misspelt target. */
export function withoutHosts(documents: readonly Document[], hosts: HostsOfDocuments): DocumentProblem[] {
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job' || (hosts.get(index)?.count ?? 0) > 0) return [];
    const expected = 'a target that matches at least one host (or allowNoHosts)';
    return [
      {
        ...makeProblem('targets', 'no_matching_host', expected, describeTarget(document.spec.targets)),
        document: index,
      },
    ];
  });
}

/** The agent would refuse it in each of these time zones; better said here than host by host. */
export function notRegistrable(documents: readonly Document[], hosts: HostsOfDocuments): DocumentProblem[] {
  const runner = { command: 'runner', arguments: [] };
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job') return [];
    const manifest = makeManifest('00000000-0000-7000-8000-000000000000', 1, document.spec);
    // A zone that only the host itself knows is the host's own affair.
    const zones = (hosts.get(index)?.timezones ?? []).filter(isTimeZone);
    for (const hostTimezone of zones.length > 0 ? zones : ['UTC']) {
      const task = taskForJob(manifest, { hostTimezone, runner });
      if (!task.ok) return task.problems.map((problem) => ({ ...problem, document: index }));
    }
    return [];
  });
}

/** What a document is called. */
export function nameOf(document: Document): string {
  switch (document.kind) {
    case 'Job':
      return document.spec.name;
    case 'HostGroup':
      return document.group.name;
    case 'AlertPolicy':
      return document.policy.name;
  }
}
