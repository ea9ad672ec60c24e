import { mostFallbacks } from '@carillon/core/alert/documents/channel.schema';
import { namesInRoute } from '@carillon/core/alert/documents/route.schema';
import { dutyGaps } from '@carillon/core/alert/route/on-call';
import { unknownCalendarsOf } from '@carillon/core/calendar/named-days';
import type { Document } from '@carillon/core/document/read-document';
import { describeTarget, unknownGroups } from '@carillon/core/host/target';
import { followedJobs, jobCycles } from '@carillon/core/job/job-cycles';
import { sizeProblem } from '@carillon/core/job/job-file';
import { makeManifest } from '@carillon/core/job/job-spec';
import { taskForJob } from '@carillon/core/job/task-for-job';
import { makeProblem, type Problem } from '@carillon/core/problem';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import type { WarningText } from '@carillon/core/text/host-fault-texts';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { ApplyFacts, ApplyWarning, DocumentProblem } from '../../store/apply.store.js';
import type { FollowingJob } from '../../store/calendars.js';

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

/** A calendar may come in the same request, in any order; one that nothing is called would leave a job without its days. */
export function unknownCalendars(documents: readonly Document[], { calendars }: ApplyFacts): DocumentProblem[] {
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job') return [];
    return unknownCalendarsOf(document.spec, calendars).map((problem) => ({ ...problem, document: index }));
  });
}

/** A route to a channel that is not there would tell nobody; channels and schedules may come in the same request. */
export function unknownWaysOut(documents: readonly Document[], facts: ApplyFacts): DocumentProblem[] {
  const known = { Channel: new Set<string>(), OnCall: new Set<string>() };
  for (const name of facts.fallbacks.keys()) known.Channel.add(name);
  for (const name of facts.knownSchedules) known.OnCall.add(name.toLowerCase());
  for (const { kind, spec } of documents)
    if (kind === 'Channel' || kind === 'OnCall') known[kind].add(spec.name.toLowerCase());
  const problem = (document: number, kind: 'Channel' | 'OnCall', name: string, path: string) => ({
    ...makeProblem(path, 'unknown_reference', `the name of a saved ${kind}`, name),
    document,
  });
  return documents.flatMap((document, index) => {
    if (document.kind === 'Route')
      return namesInRoute(document.spec)
        .filter(({ kind, name }) => !known[kind].has(name))
        .map(({ kind, name, path }) => problem(index, kind, name, path));
    if (document.kind !== 'OnCall') return [];
    return Object.entries(document.spec.people).flatMap(([person, channels]) =>
      Object.keys(channels)
        .filter((name) => !known.Channel.has(name))
        .map((name) => problem(index, 'Channel', name, `people.${person}.${name}`)),
    );
  });
}

/** A channel falls back to one that is there, in a line that ends before delivery would stop to follow it. */
export function wrongFallbacks(documents: readonly Document[], facts: ApplyFacts): DocumentProblem[] {
  const after = new Map(facts.fallbacks);
  for (const { kind, spec } of documents)
    if (kind === 'Channel') after.set(spec.name.toLowerCase(), spec.fallback?.toLowerCase() ?? null);
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Channel') return [];
    const way = [document.spec.name.toLowerCase()];
    for (let next = after.get(way[0] ?? ''); next; next = after.get(next)) {
      const isCircle = way.includes(next);
      way.push(next);
      const problem = !after.has(next)
        ? makeProblem('fallback', 'unknown_reference', 'the name of a saved Channel', next)
        : isCircle
          ? makeProblem('fallback', 'wrong_value', 'an end, not channels that fall back in a circle', way.join(' → '))
          : way.length - 1 > mostFallbacks
            ? makeProblem('fallback', 'wrong_value', `at most ${mostFallbacks} channels in a line`, way.join(' → '))
            : null;
      if (problem) return [{ ...problem, document: index }];
    }
    return [];
  });
}

const dutyAheadMs = 14 * 86_400_000;

/** A schedule with times at which nobody would be told is stored, since it may be meant so. */
export function dutyWarnings(document: Document | undefined, nowMs: number): ApplyWarning[] {
  if (document?.kind !== 'OnCall') return [];
  const gaps = dutyGaps(document.spec, { fromMs: nowMs, untilMs: nowMs + dutyAheadMs });
  const [first] = gaps;
  if (!first) return [];
  const [from, until] = [first.fromMs, first.untilMs].map((ms) => new Date(ms).toISOString());
  const message: WarningText = `in the next 14 days there are times at which nobody is on duty, the first from ${from} to ${until}`;
  return [{ code: 'on_call_gaps', message, count: gaps.length, hosts: [] }];
}

/** Jobs that start each other would never stop; nobody could say which of them is wrong but who wrote them. */
export function circularJobs(documents: readonly Document[], { followers }: ApplyFacts): DocumentProblem[] {
  const written = documents.flatMap((document, index) =>
    document.kind === 'Job' ? [{ index, name: document.spec.name, after: followedJobs(document.spec) }] : [],
  );
  const keys = new Set(written.map(({ name }) => name.toLowerCase()));
  const stored = followers.filter(({ name }) => !keys.has(name.toLowerCase()));
  const names = written.map(({ name }) => name);
  return jobCycles([...stored, ...written], names).map((circle) => ({
    ...makeProblem(
      'schedule',
      'wrong_value',
      `an end, not jobs that start each other in a circle: ${circle.join(' → ')}`,
      {
        job: circle[1],
      },
    ),
    document: written.find(({ name }) => name === circle[0])?.index ?? 0,
  }));
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
export function notRegistrable(
  documents: readonly (Document | FollowingJob)[],
  hosts: HostsOfDocuments,
): DocumentProblem[] {
  const runner = { command: 'runner', arguments: [] };
  return documents.flatMap((document, index) => {
    if (document.kind !== 'Job') return [];
    const tooLong = sizeProblem(document.spec);
    if (tooLong) return [inDocument(tooLong, document, index)];
    const manifest = makeManifest('00000000-0000-7000-8000-000000000000', 1, document.spec);
    // A zone that only the host itself knows is the host's own affair.
    const zones = (hosts.get(index)?.timezones ?? []).filter(isTimeZone);
    for (const hostTimezone of zones.length > 0 ? zones : ['UTC']) {
      const task = taskForJob(manifest, { hostTimezone, runner });
      if (!task.ok) return task.problems.map((problem) => inDocument(problem, document, index));
    }
    return [];
  });
}

/** What is wrong with a job that only follows a calendar is wrong with the days that were given to that. */
function inDocument(problem: Problem, document: Document | FollowingJob, index: number): DocumentProblem {
  if (!('calendar' in document)) return { ...problem, document: index };
  const expected: ExpectedText = `days with which its jobs can be registered, but job ${document.spec.name}: ${problem.expected}`;
  return { ...makeProblem('days', 'wrong_value', expected, problem.got), document: document.calendar.document };
}

/** What a document is called. */
export function nameOf(document: Document): string {
  return document.spec.name;
}
