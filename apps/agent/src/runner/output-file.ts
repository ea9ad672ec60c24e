import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputStream } from '@carillon/contract/agent/log-frame';

/** One piece of output as the runner wrote it; its borders never change afterwards. */
export interface OutputRecord {
  readonly stream: OutputStream;
  /** Offset in the stream's kept bytes. */
  readonly offset: number;
  readonly atMs: number;
  readonly droppedBefore: number;
  readonly data: Buffer;
}

/** A record as it lies in a file. */
export interface StoredRecord extends OutputRecord {
  /** Bytes it takes in the file. */
  readonly size: number;
}

/** Record header: magic u8, stream u8, reserved u16, length u32, offset u64, atMs u64, droppedBefore u64; big-endian. */
const headerBytes = 32;
const magic = 0xc0;
const streams: readonly OutputStream[] = ['stdout', 'stderr'];

/** Where the output of a run is spooled. */
export function outputFileOf(folder: string, runId: string): string {
  return join(folder, `${runId}.out`);
}

/** Writes a run's output file; only its runner does. */
export class OutputFileWriter {
  private file: number | undefined;
  private size = 0;

  constructor(private readonly path: string) {}

  /** @throws Error when the disk does not take the record; nothing of it is left in the file then */
  write(record: OutputRecord): void {
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(magic, 0);
    header.writeUInt8(streams.indexOf(record.stream), 1);
    header.writeUInt32BE(record.data.length, 4);
    header.writeBigUInt64BE(BigInt(record.offset), 8);
    header.writeBigUInt64BE(BigInt(record.atMs), 16);
    header.writeBigUInt64BE(BigInt(record.droppedBefore), 24);
    // One write: a reader sees the record whole or not at all, but for a crash in between.
    const bytes = Buffer.concat([header, record.data]);
    // Opened late: a disk that is full when the run begins must not keep the program from running.
    this.file ??= openSync(this.path, 'a', 0o600);
    try {
      const written = writeSync(this.file, bytes);
      if (written < bytes.length) throw new Error(`the disk took ${written} of ${bytes.length} bytes`);
    } catch (error) {
      ftruncateSync(this.file, this.size);
      throw error;
    }
    this.size += bytes.length;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

/**
 * Reads whole records from a byte position on; a record that is not complete yet is left for the next time.
 * @returns the records and where to go on
 */
export function readOutputRecords(
  path: string,
  position: number,
  limit: number,
): { records: StoredRecord[]; position: number } {
  const file = openSync(path, 'r');
  try {
    const records: StoredRecord[] = [];
    let at = position;
    const header = Buffer.alloc(headerBytes);
    while (records.length < limit) {
      if (readSync(file, header, 0, headerBytes, at) < headerBytes || header[0] !== magic) break;
      const data = Buffer.alloc(header.readUInt32BE(4));
      if (readSync(file, data, 0, data.length, at + headerBytes) < data.length) break;
      const [offset = 0, atMs = 0, droppedBefore = 0] = [8, 16, 24].map((place) =>
        Number(header.readBigUInt64BE(place)),
      );
      records.push({
        stream: streams[header.readUInt8(1)] ?? 'stdout',
        offset,
        atMs,
        droppedBefore,
        data,
        size: headerBytes + data.length,
      });
      at += headerBytes + data.length;
    }
    return { records, position: at };
  } finally {
    closeSync(file);
  }
}
