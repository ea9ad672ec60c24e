import type { Input, Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { limits } from '@carillon/contract/limits';
import { makeProblem } from '@carillon/core/problem';
import { summariseDurations } from '@carillon/core/run/durations';
import { searchableText } from '@carillon/core/run/searchable-text';
import { isRunUnderWay, type RunState, runStates } from '@carillon/core/state/states';
import { timeOfUuid7 } from '@carillon/core/state/uuid7';
import type { ExpectedText } from '@carillon/core/text/expected-texts';
import { Inject, Injectable } from '@nestjs/common';
import { invalidField, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { exitWords } from '../../shared/exit-words.js';
import { readLabel } from '../../shared/read-label.js';
import { runSummaryView } from '../../shared/run-view.js';
import { ArchivedOutputStore } from '../../store/archived-output.store.js';
import { type RunRow, RunStore } from '../../store/run.store.js';
import { RunComparisonStore } from '../../store/run-comparison.store.js';
import { type RunHourRow, RunHoursStore } from '../../store/run-hours.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { foundIn } from './found-in.js';
import { tableLines } from './run-table.js';

type Routes = typeof runRoutes;

const hourMs = 3_600_000;
const dayHours = 24;
/** Earlier runs on the host that tell what is usual. */
const usualRuns = 100;
/** Runs read at a time for a table. */
const tablePage = 500;

/** Use cases around runs. */
@Injectable()
export class RunsService {
  constructor(
    @Inject(RunStore) private readonly runs: RunStore,
    @Inject(RunHoursStore) private readonly runHours: RunHoursStore,
    @Inject(RunComparisonStore) private readonly comparison: RunComparisonStore,
    @Inject(RunOutputStore) private readonly outputs: RunOutputStore,
    @Inject(ArchivedOutputStore) private readonly archived: ArchivedOutputStore,
  ) {}

  async list({ cursor, limit, ...filters }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const page = { before: readUuidCursor(cursor), limit: limit + 1 };
    const query = queryOf(filters);
    const rows = await this.runs.list({ ...query, ...page });
    const result = pageOfRows(rows, limit, (row) => row.id, runSummaryView);
    const words = query.words;
    if (words === undefined) return result;
    const pieces = await this.outputs.holding(
      result.items.map(({ id }) => id),
      words,
    );
    const found = new Map(pieces.map((piece) => [piece.runId, foundIn(piece, words)]));
    return {
      ...{ ...result, items: result.items.map((item) => ({ ...item, found: found.get(item.id) ?? null })) },
      notSearched: await this.notSearched(query),
    };
  }

  /** The same runs as a table for spreadsheets, read as it is written. @throws ApiError before the first line */
  async table(filters: Input<Routes['table']>): Promise<AsyncIterable<string>> {
    const query = queryOf(filters);
    const first = await this.runs.list({ ...query, before: null, limit: tablePage });
    const notSearched = query.words === undefined ? null : await this.notSearched(query);
    const remark = notSearched && `Output of runs that started until ${notSearched} is archived and was not searched.`;
    return tableLines(first, (before) => this.runs.list({ ...query, before, limit: tablePage }), remark);
  }

  async get(id: string): Promise<Response<Routes['get']>> {
    const row = await this.require(id);
    return {
      ...runSummaryView(row),
      attempts: row.attempts,
      cause: row.cause,
      cpuMs: row.cpuMs,
      peakMemoryBytes: row.peakMemoryBytes,
      jobId: row.jobId,
      hostId: row.hostId,
      exit: exitWords(row.exitCode),
      receivedAt: row.receivedAt.toISOString(),
      output: {
        ...{ encoding: row.encoding, stdout: row.stdout, stderr: row.stderr },
        archived: row.archived && { at: new Date(row.archived.at).toISOString(), bucket: row.archived.bucket },
      },
    };
  }

  async hours({ from, to, job, host, label }: Input<Routes['hours']>): Promise<Response<Routes['hours']>> {
    const toHour = Math.floor((to === undefined ? Date.now() : Date.parse(to)) / hourMs);
    const fromHour = from === undefined ? toHour - dayHours : Math.floor(Date.parse(from) / hourMs);
    if (fromHour > toHour) throw invalidInput([makeProblem('from', 'wrong_value', 'a time before `to`', from)]);
    if (toHour - fromHour >= limits.countedHours) {
      const expected: ExpectedText = `at most ${limits.countedHours} hours before \`to\``;
      throw invalidInput([makeProblem('from', 'wrong_value', expected, from)]);
    }
    const rows = await this.runHours.list({ fromHour, toHour, job, host, label: readLabel(label) });
    return { from: hourText(fromHour), to: hourText(toHour), items: rows.map(hourView) };
  }

  async beside(id: string): Promise<Response<Routes['beside']>> {
    const run = await this.require(id);
    const [earlier, previous, next, elsewhere] = await Promise.all([
      this.comparison.before(run, usualRuns),
      this.comparison.neighbour(run, 'previous'),
      this.comparison.neighbour(run, 'next'),
      this.comparison.elsewhere(run, { withinMs: limits.besideMs, limit: limits.besideRuns }),
    ]);
    const usual = summariseDurations(earlier.map(({ durationMs }) => durationMs));
    return {
      usual: usual && { runs: earlier.length, medianMs: usual.medianMs, p95Ms: usual.p95Ms },
      previous: previous && runSummaryView(previous),
      next: next && runSummaryView(next),
      elsewhere: elsewhere.rows.map(runSummaryView),
      elsewhereTotal: elsewhere.total,
    };
  }

  /** Up to which start output of runs within a time is archived; null: none is. */
  private async notSearched(within: { sinceMs: number | undefined; untilMs: number | undefined }) {
    const newest = await this.archived.newestWithin(within.sinceMs ?? 0, within.untilMs);
    return newest && new Date(timeOfUuid7(newest)).toISOString();
  }

  private async require(id: string): Promise<RunRow> {
    const row = await this.runs.byId(id);
    if (!row) throw notFound('run', id);
    return row;
  }
}

/** What a list or a table of runs asks the store for. @throws ApiError for what would be too much to search */
function queryOf({ since, until, outputContains, label, exitCode, ...filters }: Input<Routes['table']>) {
  const isNarrow = since !== undefined || filters.job !== undefined || filters.host !== undefined;
  if (exitCode !== undefined && !isNarrow)
    throw invalidField('since', 'a time, a job or a host beside exitCode', since);
  return {
    ...filters,
    label: readLabel(label),
    exitCode: exitCode === undefined ? undefined : exitCode >>> 0,
    words: outputContains === undefined ? undefined : wordsOf(outputContains, since),
    sinceMs: since === undefined ? undefined : Date.parse(since),
    untilMs: until === undefined ? undefined : Date.parse(until),
  };
}

/** @throws when there is no word in it, or no time is given: the whole history is too much to search */
function wordsOf(text: string, since: string | undefined): string {
  const words = searchableText(text);
  if (words === '')
    throw invalidInput([makeProblem('outputContains', 'wrong_value', 'at least one letter or digit', text)]);
  if (since === undefined) {
    const expected = 'a time from which on to search, together with outputContains';
    throw invalidInput([makeProblem('since', 'missing', expected, since)]);
  }
  return words;
}

function hourText(hour: number): string {
  return new Date(hour * hourMs).toISOString();
}

function hourView({ hour, states, durationMs }: RunHourRow): Response<Routes['hours']>['items'][number] {
  const countOf = (wanted: (state: RunState) => boolean) =>
    runStates.reduce((sum, state) => sum + (wanted(state) ? (states[state] ?? 0) : 0), 0);
  const ended = countOf((state) => !isRunUnderWay(state) && state !== 'skipped');
  return {
    hour: hourText(hour),
    total: countOf(() => true),
    states,
    meanDurationMs: ended === 0 ? null : Math.round(durationMs / ended),
  };
}
