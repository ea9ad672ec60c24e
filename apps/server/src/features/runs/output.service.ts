import type { Input, Response } from '@carillon/contract/http/route';
import type { runRoutes } from '@carillon/contract/http/runs.routes';
import { makeProblem } from '@carillon/core/problem';
import { decodeOutput, encodingOfCodePage } from '@carillon/core/run/output-text';
import { nothingTold, withTold } from '@carillon/core/run/told-line';
import { isRunUnderWay } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { ArchivedUnreadable } from '../../archive/archived-outputs.js';
import { RunOutputs } from '../../archive/run-outputs.js';
import { ApiError, invalidInput, notFound } from '../../http/api-error.js';
import { type RunRow, RunStore } from '../../store/run.store.js';
import type { OutputPieces, StreamNumber } from '../../store/run-output.store.js';
import { readPlaces, type StreamPlace, writePlaces } from './output-place.js';
import { type Finding, findEncoding, firstTelling, mergeStreams, StreamReader } from './read-output.js';

type Route = typeof runRoutes.output;

/** Enough of a stream's beginning to find its encoding. */
const headPieces = 4;
/** Of each stream. */
const toldBytes = 64 * 1024;
const nothing: OutputPieces = { rows: [], more: false };

/** What a run wrote, as text, while it writes and after. */
@Injectable()
export class OutputService {
  constructor(
    @Inject(RunStore) private readonly runs: RunStore,
    @Inject(RunOutputs) private readonly outputs: RunOutputs,
  ) {}

  /** One page of output from a cursor on, from wherever it lies. @throws ApiError where it cannot be read there */
  async read(input: Input<Route>): Promise<Response<Route>> {
    return await fromArchive(() => this.page(input));
  }

  private async page({ id, stream, cursor, limit }: Input<Route>): Promise<Response<Route>> {
    const run = await this.runs.byId(id);
    if (!run) throw notFound('run', id);
    const places = readPlaces(cursor);
    if (!places) {
      const expected = 'the `next` of an earlier page of this output';
      throw invalidInput([makeProblem('cursor', 'wrong_value', expected, cursor)]);
    }
    const streams: StreamNumber[] = stream === undefined ? [0, 1] : [stream === 'stdout' ? 0 : 1];
    const take = (number: StreamNumber) =>
      streams.includes(number) ? this.outputs.from(id, number, places[number].offset, limit) : nothing;
    const pieces = await Promise.all([take(0), take(1)]);
    const readers = await Promise.all([
      this.reader(run, 0, places[0], pieces[0]),
      this.reader(run, 1, places[1], pieces[1]),
    ]);
    const rows = mergeStreams(pieces, limit);
    const items = rows.flatMap((row) => readers[row.stream].read(row) ?? []);
    const isAllTaken =
      rows.length === pieces[0].rows.length + pieces[1].rows.length && !pieces.some(({ more }) => more);
    const complete = isAllTaken && streams.every((number) => readers[number].isAtEnd);
    // Usually one; programs that call each other may write each stream in another.
    const found = new Set(streams.flatMap((number) => readers[number].toldEncoding ?? []));
    return {
      items,
      next: complete ? null : writePlaces([readers[0].place, readers[1].place]),
      complete,
      encoding: [...found].join(', ') || 'utf-8',
    };
  }

  /** What the end of the output tells of itself. */
  async told(id: string): Promise<Response<typeof runRoutes.told>> {
    return await fromArchive(() => this.toldBy(id));
  }

  private async toldBy(id: string): Promise<Response<typeof runRoutes.told>> {
    const run = await this.runs.byId(id);
    if (!run) throw notFound('run', id);
    const host = encodingOfCodePage(run.codePage);
    let told = nothingTold;
    // Of the two streams standard output has the last word.
    for (const { data } of (await this.outputs.tails(id, toldBytes)).sort((a, b) => b.stream - a.stream)) {
      const encoding = run.encoding === 'auto' ? findEncoding(data, true, host).encoding : run.encoding;
      told = withTold(told, decodeOutput(data, encoding ?? 'utf-8').split(/\r\n|\n|\r/));
    }
    const { progress, result } = told;
    return { progress, result: result && { ...result } };
  }

  private async reader(run: RunRow, stream: StreamNumber, place: StreamPlace, pieces: OutputPieces) {
    const end = isRunUnderWay(run.state) ? null : run[stream === 0 ? 'stdout' : 'stderr'].stored;
    const carried =
      place.carried === 0
        ? Buffer.alloc(0)
        : await this.outputs.bytesBefore(run.id, stream, place.offset, place.carried);
    const fresh = Buffer.concat([carried, ...pieces.rows.map((row) => row.data)]);
    const ended = end !== null && !pieces.more;
    return new StreamReader(place, carried, await this.find(run, stream, place, fresh, ended), end);
  }

  /** The job's encoding, else the one found on an earlier page, else what the beginning or this page look like. */
  private async find(
    run: RunRow,
    stream: StreamNumber,
    place: StreamPlace,
    fresh: Buffer,
    ended: boolean,
  ): Promise<Finding> {
    const known = run.encoding === 'auto' ? place.encoding : run.encoding;
    if (known !== null) return { encoding: known, told: Number.POSITIVE_INFINITY };
    const host = encodingOfCodePage(run.codePage);
    const shown = place.offset - place.carried;
    if (fresh.length === 0 || shown === 0) return findEncoding(fresh, ended, host);
    const { rows } = await this.outputs.from(run.id, stream, 0, headPieces);
    const head = Buffer.concat(rows.map((row) => row.data)).subarray(0, shown);
    if (head.length === shown) return findEncoding(Buffer.concat([head, fresh]), ended, host);
    return firstTelling(head) < head.length ? findEncoding(head, true, host) : findEncoding(fresh, ended, host);
  }
}

/** A blank would say that a run wrote nothing: what cannot be read is named, with where it lies. */
async function fromArchive<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ArchivedUnreadable)) throw error;
    const { object, reason, message } = error;
    const isLost = reason === 'missing' || reason === 'damaged';
    throw new ApiError(isLost ? 'gone' : 'unavailable', `the output was ${message}`, {
      archived: { at: object.archivedAt.toISOString(), bucket: object.bucket, reason },
    });
  }
}
