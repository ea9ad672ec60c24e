import { z } from 'zod';

/** A piece of a run's output. */
export interface ArchivedPiece {
  /** 0 standard output, 1 standard error. */
  readonly stream: 0 | 1;
  /** Bytes of its stream before it. */
  readonly offset: number;
  readonly atMs: number;
  /** Bytes dropped just before it. */
  readonly droppedBefore: number;
  readonly data: Uint8Array;
}

const natural = z.number().int().nonnegative();
const headSchema = z.object({
  carillon: z.literal(1),
  run: z.string(),
  job: z.string(),
  /** Stream, offset, time, bytes dropped before it, length; the data follow in this order. */
  pieces: z.array(z.tuple([z.union([z.literal(0), z.literal(1)]), natural, natural, natural, natural])),
});
const newLine = 0x0a;

/**
 * Output of one run as one body: a line of JSON that says what is where, then the bytes of standard output and of standard
 * error as they were written. Without us it is read by `gunzip -c FILE | tail -n +2`.
 */
export function packOutput(
  run: { readonly id: string; readonly job: string },
  pieces: readonly ArchivedPiece[],
): Buffer {
  const sorted = [...pieces].sort(inOrder);
  const head: z.infer<typeof headSchema> = {
    carillon: 1,
    run: run.id,
    job: run.job,
    pieces: sorted.map(({ stream, offset, atMs, droppedBefore, data }) => [
      stream,
      offset,
      atMs,
      droppedBefore,
      data.length,
    ]),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...sorted.map(({ data }) => data)]);
}

/** @throws Error when it is not what `packOutput` made of that run */
export function unpackOutput(runId: string, body: Buffer): ArchivedPiece[] {
  const end = body.indexOf(newLine);
  const head = headSchema.safeParse(end < 0 ? null : parseJson(body.toString('utf8', 0, end)));
  if (!head.success || head.data.run !== runId) throw new Error(`archived output: expected that of run ${runId}`);
  let at = end + 1;
  const pieces = head.data.pieces.map(([stream, offset, atMs, droppedBefore, length]): ArchivedPiece => {
    const data = body.subarray(at, at + length);
    at += length;
    return { stream, offset, atMs, droppedBefore, data };
  });
  if (at !== body.length) throw new Error(`archived output of run ${runId}: expected ${at} bytes, got ${body.length}`);
  return pieces;
}

/** Pieces of two places, each once: what came again after it was archived is the same. */
export function joinPieces(archived: readonly ArchivedPiece[], hot: readonly ArchivedPiece[]): ArchivedPiece[] {
  const known = new Set(archived.map(placeOf));
  return [...archived, ...hot.filter((piece) => !known.has(placeOf(piece)))].sort(inOrder);
}

function placeOf({ stream, offset }: ArchivedPiece): string {
  return `${stream}/${offset}`;
}

function inOrder(one: ArchivedPiece, other: ArchivedPiece): number {
  return one.stream - other.stream || one.offset - other.offset;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
