import type { Input, Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import type { OutputEncoding } from '@carillon/core/job/job-spec';
import { makeProblem } from '@carillon/core/problem';
import { describeResultCode } from '@carillon/wintask/result-codes';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { runSummaryView } from '../../shared/run-view.js';
import { type RunRow, RunStore } from '../../store/run.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { encodingOf, readPieces, readPlaces, type StreamNumber, type StreamPlace, writePlaces } from './read-output.js';

type Routes = typeof runRoutes;

/** Enough to find the encoding of almost any output. */
const headPieces = 4;

/** Use cases around runs and what they wrote. */
@Injectable()
export class RunsService {
  constructor(
    @Inject(RunStore) private readonly runs: RunStore,
    @Inject(RunOutputStore) private readonly outputs: RunOutputStore,
  ) {}

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
      jobId: row.jobId,
      hostId: row.hostId,
      exit: row.exitCode === null ? null : exitWords(row.exitCode),
      receivedAt: row.receivedAt.toISOString(),
      output: { encoding: row.encoding, stdout: row.stdout, stderr: row.stderr },
    };
  }

  async output({ id, stream, cursor, limit }: Input<Routes['output']>): Promise<Response<Routes['output']>> {
    const run = await this.require(id);
    const places = readPlaces(cursor);
    if (!places)
      throw invalidInput([
        makeProblem('cursor', 'wrong_value', 'the `next` of an earlier page of this output', cursor),
      ]);
    const streams: StreamNumber[] = stream === undefined ? [0, 1] : [stream === 'stdout' ? 0 : 1];
    const rows = await this.outputs.after(id, [places[0].offset, places[1].offset], streams, limit);
    const head = run.encoding === 'auto' && rows.length > 0 ? await this.outputs.head(id, headPieces) : [];
    const encoding = encodingOf(
      run.encoding as OutputEncoding,
      [...head, ...rows].map((row) => row.data),
    );
    const ends = run.state === 'running' ? null : ([run.stdout.stored, run.stderr.stored] as const);
    const carried = [await this.carriedBytes(id, 0, places[0]), await this.carriedBytes(id, 1, places[1])] as const;
    const read = readPieces(rows, { places, carried, encoding, ends });
    const complete = ends !== null && streams.every((number) => read.places[number].offset >= ends[number]);
    return { items: read.items, next: complete ? null : writePlaces(read.places), complete, encoding };
  }

  private async carriedBytes(id: string, stream: StreamNumber, place: StreamPlace): Promise<Buffer> {
    if (place.carried === 0) return Buffer.alloc(0);
    const piece = await this.outputs.endingAt(id, stream, place.offset);
    return piece ? piece.data.subarray(Math.max(0, piece.data.length - place.carried)) : Buffer.alloc(0);
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
