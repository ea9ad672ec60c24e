import type { Input, Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { describeResultCode } from '@carillon/wintask/result-codes';
import { Inject, Injectable } from '@nestjs/common';
import { notFound } from '../../http/api-error.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { runSummaryView } from '../../shared/run-view.js';
import { type RunRow, RunStore } from '../../store/run.store.js';

type Routes = typeof runRoutes;

/** Use cases around runs. */
@Injectable()
export class RunsService {
  constructor(@Inject(RunStore) private readonly runs: RunStore) {}

  async list({ cursor, limit, since, until, ...filters }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.runs.list({
      ...filters,
      before: readUuidCursor(cursor),
      limit: limit + 1,
      sinceMs: since === undefined ? undefined : Date.parse(since),
      untilMs: until === undefined ? undefined : Date.parse(until),
    });
    return pageOfRows(rows, limit, (row) => row.id, runSummaryView);
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
      exit: row.exitCode === null ? null : exitWords(row.exitCode),
      receivedAt: row.receivedAt.toISOString(),
      output: { encoding: row.encoding, stdout: row.stdout, stderr: row.stderr },
    };
  }

  private async require(id: string): Promise<RunRow> {
    const row = await this.runs.byId(id);
    if (!row) throw notFound('run', id);
    return row;
  }
}

function exitWords(code: number): NonNullable<Response<Routes['get']>['exit']> {
  const { unsigned, signed, hex, name, text } = describeResultCode(code);
  return { unsigned, signed, hex, name: name ?? null, text };
}
