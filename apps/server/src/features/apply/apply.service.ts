import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { type Document, readDocument } from '@carillon/core/job/job-file';
import { makeProblem } from '@carillon/core/problem';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../http/api-error.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { ApplyStore, type DocumentProblem } from '../../store/apply.store.js';
import { nameOf, notRegistrable, unknownReferences, withoutHosts } from './checks.js';

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
        before: (facts) => unknownReferences(documents, raw, facts),
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
