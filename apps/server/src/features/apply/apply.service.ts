import type { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { CalendarDays } from '@carillon/core/calendar/named-days';
import { type Document, readDocument } from '@carillon/core/document/read-document';
import { makeProblem } from '@carillon/core/problem';
import type { RequestTitle } from '@carillon/core/text/record-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidInput } from '../../http/api-error.js';
import type { Caller } from '../../http/caller.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { overrideOf, refuseFrozen, requireFreezeRight } from '../../shared/frozen.js';
import { meansSpec } from '../../shared/job-source.js';
import { type DocumentPlace, placeKey } from '../../store/alert-document.store.js';
import {
  type AppliedDocument,
  ApplyStore,
  type DocumentProblem,
  type WrittenDocument,
} from '../../store/apply.store.js';
import type { Need } from '../../store/approval-permit.js';
import type { FrozenJob } from '../../store/freezes.js';
import type { PlanFacts } from '../../store/plan-facts.js';
import {
  circularJobs,
  dutyWarnings,
  nameOf,
  notRegistrable,
  unknownCalendars,
  unknownReferences,
  unknownWaysOut,
  withoutHosts,
  wrongFallbacks,
} from './checks.js';
import { type MadePlan, makePlan, shownFreezes, shownPruned, shownRollout } from './plan.js';
import { reportWarnings, unknownReportEnds } from './report-checks.js';
import { notTheirSecrets } from './secret-checks.js';

type Route = typeof jobRoutes.apply;

/** Takes documents from people: checks them, stores them all or not at all, and tells the hosts. */
@Injectable()
export class ApplyService {
  constructor(
    @Inject(ApplyStore) private readonly store: ApplyStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
  ) {
    desk.register<AskedApply>('apply', {
      execute: ({ body, seen }, author) => this.carryOut(body, author, seen),
      plan: ({ body, seen }, author) =>
        this.carryOut({ ...body, dryRun: true, plan: true, expectPlan: undefined }, author, seen, true),
    });
  }

  /**
   * @throws ApiError `invalid` whose problems carry the index of their document; `conflict` with the number of a change
   *   request where others have to approve it
   */
  apply(body: Input<Route>['body'], callerName: string, seen: readonly SeenDocument[] = []): Promise<Response<Route>> {
    const { reason } = body;
    const asked = { title: titleOf(body.documents), body: { body, seen }, reason };
    return this.desk.ask('apply', asked, () => this.carryOut(body, callerName, seen));
  }

  /** @param withHosts the plan says all hosts of each job, for who approves it */
  private async carryOut(
    body: Input<Route>['body'],
    callerName: string,
    seen: readonly SeenDocument[] = [],
    withHosts = false,
  ): Promise<Response<Route>> {
    const { documents: raw, dryRun, allowNoHosts, author, reason, sources = [], expect = [], expectPlan, set } = body;
    const override = overrideOf(body.overrideFreeze);
    const documents = readAll(raw);
    const isPlanned = body.plan === true && dryRun;
    let made: MadePlan | undefined;
    let calendars: CalendarDays = new Map();
    let held: readonly FrozenJob[] = [];
    requireMeaning(documents, sources);
    const outcome = await this.store.apply(
      documents,
      { author: author ?? callerName, reason, sources, override, set },
      {
        versionsOf: expect.map(({ job }) => job),
        changesOf: seen,
        before: (facts) => {
          calendars = facts.calendars;
          requireVersions(expect, facts.versions);
          requireUnchanged(seen, facts.changedAt);
          return [
            ...unknownReferences(documents, raw, facts),
            ...unknownCalendars(documents, facts),
            ...unknownWaysOut(documents, facts),
            ...unknownReportEnds(documents, facts),
            ...wrongFallbacks(documents, facts),
            ...circularJobs(documents, facts),
            ...notTheirSecrets(documents, facts),
          ];
        },
        after: (written, hosts) => [
          ...(allowNoHosts ? [] : withoutHosts(documents, hosts)),
          ...notRegistrable(written, hosts),
        ],
        // A plan says so; whoever would do it is refused.
        frozen: (frozen) => {
          held = frozen;
          if (!dryRun && !override) refuseFrozen(frozen);
        },
        isPlanned: isPlanned || expectPlan !== undefined,
        plan: (written, facts: PlanFacts, results: readonly AppliedDocument[]) => {
          made = makePlan(written, results, facts, { nowMs: Date.now(), withHosts, calendars });
          requirePlan(expectPlan, made.plan.hash);
          return made.plan.hash;
        },
      },
      dryRun,
    );
    if (outcome.kind === 'refused') throw invalidInput(outcome.problems);
    // The engine learns what it looks at before the next result comes, and not at its next poll.
    const isPruned = outcome.pruned.length > 0;
    if (!dryRun && (isPruned || outcome.results.some(({ change }) => change !== 'unchanged')))
      this.hints.publish({ kind: 'alerts', hostIds: [] });
    if (!dryRun && outcome.changedHosts.length > 0)
      this.hints.publish({ kind: 'desired', hostIds: outcome.changedHosts });
    const results = outcome.results.map(({ warnings: stored = [], rollout, ...result }, index) => {
      const own = reportWarnings(outcome.documents[index], result.hosts);
      const warnings = [...stored, ...own, ...dutyWarnings(outcome.documents[index], Date.now())];
      const told = warnings.map((warning) => ({ ...warning, hosts: [...warning.hosts] }));
      const plan = isPlanned ? made?.documents[index] : undefined;
      const way = rollout ? { rollout: shownRollout(rollout) } : {};
      return { ...result, ...way, ...(told.length > 0 ? { warnings: told } : {}), ...(plan ? { plan } : {}) };
    });
    const followed = results.slice(documents.length);
    return {
      dryRun,
      results: results.slice(0, documents.length),
      ...(followed.length > 0 ? { followed } : {}),
      ...(isPruned ? { pruned: shownPruned(outcome.pruned) } : {}),
      ...(isPlanned && made ? { plan: { ...made.plan, frozen: shownFreezes(held), ...approvalOf(outcome.need) } } : {}),
    };
  }

  /**
   * One document as `apply` takes it.
   * @param source its text, as somebody wrote it
   * @param expect when what was edited had been changed last, or that there was none
   * @throws ApiError `conflict` when somebody has changed it meanwhile
   */
  async putDocument(
    document: DocumentPlace,
    source: string | undefined,
    expect: string | undefined,
    callerName: string,
  ): Promise<Response<typeof alertDocumentRoutes.put>> {
    const all = { documents: [document], sources: [source ?? null], dryRun: false, allowNoHosts: false };
    const { kind, name } = document;
    const { results } = await this.apply(all, callerName, expect === undefined ? [] : [{ kind, name, expect }]);
    const [result] = results;
    if (!result) throw new Error('a document was applied and no result came of it');
    return { kind: result.kind, name: result.name, change: result.change };
  }
}

/** @throws ApiError `forbidden` where a document says when nothing may be changed, and whoever gives it may not */
export function requireFreezeRights(documents: readonly unknown[], caller: Caller): void {
  const isFreeze = (raw: unknown) => raw !== null && typeof raw === 'object' && 'kind' in raw && raw.kind === 'Freeze';
  if (documents.some(isFreeze)) requireFreezeRight(caller, 'freeze.write');
}

/** What others would have to approve, for a plan. */
function approvalOf(need: Need | null | undefined) {
  return need ? { approval: { required: need.required, groups: [...need.groups] } } : {};
}

/** What a change request keeps of an apply. */
interface AskedApply {
  readonly body: Input<Route>['body'];
  readonly seen: readonly SeenDocument[];
}

const titledDocuments = 3;

/** `apply Job nightly, HostGroup prod and 2 more`. */
function titleOf(documents: readonly unknown[]): RequestTitle {
  const names = documents.slice(0, titledDocuments).map((raw) => {
    const { kind, name } = raw as { kind?: unknown; name?: unknown };
    return `${kind} ${name}`;
  });
  const more = documents.length - names.length;
  return `apply ${`${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`.slice(0, 294)}`;
}

/** Who changes a job must have seen what he changes. @throws ApiError for the first job that is not as it was expected */
function requireVersions(
  expected: NonNullable<Input<Route>['body']['expect']>,
  versions: ReadonlyMap<string, number>,
): void {
  for (const { job, version } of expected) {
    const current = versions.get(job.toLowerCase()) ?? 0;
    if (current === version) continue;
    const got = current === 0 ? 'no such job' : `version ${current}`;
    const message: RefusalText = `job ${JSON.stringify(job)}: expected ${version === 0 ? 'no such job' : `version ${version}`}, got ${got}`;
    throw new ApiError('conflict', message, { job, expected: version, current });
  }
}

/** What was agreed to is done, and nothing else. @throws ApiError `conflict` */
function requirePlan(expected: string | undefined, current: string): void {
  if (expected === undefined || expected === current) return;
  const message: RefusalText = `expectPlan: expected the plan ${expected}, got ${current}: definitions, hosts or the files have changed since; plan again`;
  throw new ApiError('conflict', message, { expected, current });
}

/** An alert document as whoever changes it has seen it. */
interface SeenDocument extends DocumentPlace {
  /** When it had been changed last, an ISO instant; `none`: it was not there. */
  readonly expect: string;
}

/** @throws ApiError for the first document that is not as it was seen */
function requireUnchanged(seen: readonly SeenDocument[], changedAt: ReadonlyMap<string, Date>): void {
  for (const { kind, name, expect } of seen) {
    const current = changedAt.get(placeKey({ kind, name }))?.toISOString() ?? 'none';
    if (current === (expect === 'none' ? expect : new Date(expect).toISOString())) continue;
    const words = (at: string) => (at === 'none' ? 'no such document' : `the one of ${at}`);
    const message: RefusalText = `${kind} ${JSON.stringify(name)}: expected ${words(expect)}, got ${words(current)}`;
    throw new ApiError('conflict', message, { kind, name, expected: expect, current });
  }
}

/** A text that is shown as the job's file must not say anything else than the job. @throws ApiError `invalid` */
function requireMeaning(documents: readonly Document[], sources: readonly (string | null)[]): void {
  const problems = sources.flatMap((source, index): DocumentProblem[] => {
    const document = documents[index];
    if (source === null || document?.kind !== 'Job' || meansSpec(source, document.spec)) return [];
    const expected = 'a text that says the same as its document';
    return [{ ...makeProblem(`sources[${index}]`, 'wrong_value', expected, source), document: index }];
  });
  if (problems.length > 0) throw invalidInput(problems);
}

function readAll(raw: readonly unknown[]): WrittenDocument[] {
  const problems: DocumentProblem[] = [];
  const documents: WrittenDocument[] = [];
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
    documents.push({ ...read.value, written: item as object });
  }
  if (problems.length > 0) throw invalidInput(problems);
  return documents;
}
