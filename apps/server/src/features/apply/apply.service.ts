import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { describeTarget, unknownGroups } from '@carillon/core/host/target';
import { type Document, readDocument } from '@carillon/core/job/job-file';
import { makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { makeProblem } from '@carillon/core/problem';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { type ApplyFacts, ApplyStore, type DocumentProblem } from '../../store/apply.store.js';

type Route = typeof jobRoutes.apply;

/** Takes documents from people: checks them, stores them all or not at all, and tells the hosts. */
@Injectable()
export class ApplyService {
  constructor(
    @Inject(ApplyStore) private readonly store: ApplyStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** @throws ApiError `invalid` whose problems carry the index of their document */
  async apply(
    { documents: raw, dryRun, allowNoHosts, author }: Input<Route>['body'],
    callerName: string,
  ): Promise<Response<Route>> {
    const documents = readAll(raw);
    const outcome = await this.store.apply(
      documents,
      author ?? callerName,
      {
        before: (facts) => unknownReferences(documents, facts),
        after: (hosts) => [
          ...(allowNoHosts ? [] : withoutHosts(documents, hosts)),
          ...notRegistrable(documents, hosts),
        ],
      },
      dryRun,
    );
    if (outcome.kind === 'refused') throw invalidInput(outcome.problems);
    if (!dryRun && outcome.changedHosts.length > 0)
      this.hints.publish({ kind: 'desired', hostIds: outcome.changedHosts });
    return { dryRun, results: outcome.results };
  }
}

function readAll(raw: readonly unknown[]): Document[] {
  const problems: DocumentProblem[] = [];
  const documents: Document[] = [];
  const seen = new Map<string, number>();
  for (const [index, item] of raw.entries()) {
    const read = readDocument(item);
    if (!read.ok) {
      problems.push(...read.problems.map((problem) => ({ ...problem, document: index })));
      continue;
    }
    const name = nameOf(read.value);
    const key = `${read.value.kind} ${name.toLowerCase()}`;
    if (seen.has(key))
      problems.push({
        ...makeProblem('name', 'duplicate', `a name used once per ${read.value.kind}`, name),
        document: index,
      });
    seen.set(key, index);
    documents.push(read.value);
  }
  if (problems.length > 0) throw invalidInput(problems);
  return documents;
}

/** Groups and alert policies may come in the same request, in any order. */
function unknownReferences(documents: readonly Document[], facts: ApplyFacts): DocumentProblem[] {
  const named = (kind: Document['kind']) => documents.filter((document) => document.kind === kind).map(nameOf);
  const groups = [...facts.knownGroups, ...named('HostGroup')].map((name) => ({ name }));
  const policies = new Set([...facts.knownPolicies, ...named('AlertPolicy')].map((name) => name.toLowerCase()));
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job') return [];
    const { targets, alerts } = document.spec;
    return [
      ...unknownGroups(targets, groups).map((name) =>
        makeProblem('targets.groups', 'unknown_reference', 'the name of a saved HostGroup', name),
      ),
      ...alerts
        .filter((name) => !policies.has(name.toLowerCase()))
        .map((name) =>
          makeProblem(`alerts[${alerts.indexOf(name)}]`, 'unknown_reference', 'the name of a saved AlertPolicy', name),
        ),
    ].map((problem) => ({ ...problem, document: index }));
  });
}

type Hosts = ReadonlyMap<number, { readonly count: number; readonly timezones: readonly string[] }>;

function withoutHosts(documents: readonly Document[], hosts: Hosts): DocumentProblem[] {
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
function notRegistrable(documents: readonly Document[], hosts: Hosts): DocumentProblem[] {
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

function nameOf(document: Document): string {
  switch (document.kind) {
    case 'Job':
      return document.spec.name;
    case 'HostGroup':
      return document.group.name;
    case 'AlertPolicy':
      return document.policy.name;
  }
}
