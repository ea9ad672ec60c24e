import type { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { makeProblem } from '@carillon/core/problem';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { evidenceView } from '../../shared/evidence-view.js';
import { type MissedRunRow, MissedRunStore } from '../../store/missed-run.store.js';

type Route = typeof missedRunRoutes.list;

/** What became of expected runs. */
@Injectable()
export class MissedRunsService {
  constructor(@Inject(MissedRunStore) private readonly store: MissedRunStore) {}

  async list({ cursor, limit, since, ...filters }: Input<Route>): Promise<Response<Route>> {
    const rows = await this.store.list({
      ...filters,
      sinceMs: since === undefined ? undefined : Date.parse(since),
      before: readNumberCursor(cursor),
      limit: limit + 1,
    });
    return pageOfRows(rows, limit, (row) => row.id, view);
  }
}

function readNumberCursor(cursor: string | undefined): string | null {
  const key = readCursor(cursor);
  if (key !== null && !/^\d{1,18}$/.test(key))
    throw invalidInput([makeProblem('cursor', 'wrong_value', 'the `next` of an earlier page of this list', cursor)]);
  return key;
}

function view(row: MissedRunRow): Response<Route>['items'][number] {
  const { amendedVerdict, amendedCause, amendedText, amendedFigures, amendedRunId, amendedAt, figures, ...said } = row;
  return {
    ...said,
    ...(figures ? { figures: { ...figures } } : {}),
    scheduledFor: said.scheduledFor.toISOString(),
    lastFor: said.lastFor.toISOString(),
    decidedAt: said.decidedAt.toISOString(),
    evidence: said.evidence.map(({ atMs, ...each }) => ({
      ...evidenceView(each),
      at: atMs === null ? null : new Date(atMs).toISOString(),
    })),
    amended:
      amendedVerdict === null || amendedAt === null
        ? null
        : {
            verdict: amendedVerdict,
            cause: amendedCause ?? said.cause,
            text: amendedText ?? '',
            ...(amendedFigures ? { figures: { ...amendedFigures } } : {}),
            runId: amendedRunId,
            at: amendedAt.toISOString(),
          },
  };
}
