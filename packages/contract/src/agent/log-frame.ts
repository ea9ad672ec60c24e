import { limits } from '../limits.js';

export type OutputStream = 'stdout' | 'stderr';
export type LogCodec = 'none' | 'gzip';

/** A piece of a run's output. Chunk borders are fixed by the runner, so a resent chunk is the same chunk. */
export interface LogChunk {
  readonly runId: string;
  readonly stream: OutputStream;
  /** Offset of the first byte in the stream's stored bytes. */
  readonly offset: number;
  /** When the runner read it, epoch milliseconds; orders the two streams against each other. */
  readonly atMs: number;
  /** Bytes of the stream that were dropped just before this chunk (the middle of a long output). */
  readonly droppedBefore: number;
  readonly codec: LogCodec;
  /** Length of the data once decompressed. */
  readonly length: number;
  readonly data: Uint8Array;
}

const headerBytes = 48;
const magic = 0xca;
const version = 1;
const streams: readonly OutputStream[] = ['stdout', 'stderr'];
const codecs: readonly LogCodec[] = ['none', 'gzip'];

/**
 * Binary frame: magic u8, version u8, stream u8, codec u8, length u32, runId 16 bytes, offset u64,
 * atMs u64, droppedBefore u64, data. Numbers are big-endian.
 */
export function encodeLogFrame(chunk: LogChunk): Buffer {
  const frame = Buffer.alloc(headerBytes + chunk.data.length);
  frame.writeUInt8(magic, 0);
  frame.writeUInt8(version, 1);
  frame.writeUInt8(streams.indexOf(chunk.stream), 2);
  frame.writeUInt8(codecs.indexOf(chunk.codec), 3);
  frame.writeUInt32BE(chunk.length, 4);
  Buffer.from(chunk.runId.replaceAll('-', ''), 'hex').copy(frame, 8);
  frame.writeBigUInt64BE(BigInt(chunk.offset), 24);
  frame.writeBigUInt64BE(BigInt(chunk.atMs), 32);
  frame.writeBigUInt64BE(BigInt(chunk.droppedBefore), 40);
  frame.set(chunk.data, headerBytes);
  return frame;
}

export type DecodedLog =
  | { readonly ok: true; readonly chunk: LogChunk }
  | { readonly ok: false; readonly message: string };

/** Reads a binary frame; the data is a view on the frame, still compressed. Never throws. */
export function decodeLogFrame(bytes: Uint8Array): DecodedLog {
  const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (frame.length < headerBytes) return bad(`expected at least ${headerBytes} bytes, got ${frame.length}`);
  if (frame[0] !== magic || frame[1] !== version)
    return bad(`expected magic ca 01, got ${frame.subarray(0, 2).toString('hex')}`);
  const stream = streams[frame.readUInt8(2)];
  const codec = codecs[frame.readUInt8(3)];
  if (!stream || !codec) return bad(`unknown stream ${frame[2]} or codec ${frame[3]}`);
  const length = frame.readUInt32BE(4);
  const numbers = [24, 32, 40].map((at) => Number(frame.readBigUInt64BE(at)));
  if (length > limits.logDataBytes || !numbers.every(Number.isSafeInteger))
    return bad(`length ${length} or an offset is out of range`);
  const [offset = 0, atMs = 0, droppedBefore = 0] = numbers;
  const hex = frame.toString('hex', 8, 24);
  const runId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    ok: true,
    chunk: { runId, stream, offset, atMs, droppedBefore, codec, length, data: frame.subarray(headerBytes) },
  };
}

function bad(message: string): DecodedLog {
  return { ok: false, message: `log frame: ${message}` };
}
