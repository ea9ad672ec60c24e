import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import { appendDurably } from './files.js';

/** What a segment file holds; one record a line: CRC-32 in hexadecimal, blank, JSON. */
export interface SegmentContent {
  readonly events: AgentEvent[];
  /** Bytes up to the last good record. */
  readonly bytes: number;
  /** Something follows the last good record: what a crash cut off. */
  readonly torn: boolean;
}

/**
 * Reads every record that is whole; the others leave holes in the numbers. What stands after the last whole one was
 * never confirmed to anybody.
 */
export function readSegment(path: string): SegmentContent {
  const file = readFileSync(path);
  const events: AgentEvent[] = [];
  let bytes = 0;
  for (let at = 0; at < file.length; ) {
    const found = file.indexOf(0x0a, at);
    const end = found === -1 ? file.length : found;
    const event = found === -1 ? undefined : readRecord(file.toString('utf8', at, end));
    at = end + 1;
    if (!event) continue;
    events.push(event);
    bytes = at;
  }
  return { events, bytes, torn: bytes < file.length };
}

/**
 * Adds records at a file's end, and to disk before it returns. Where the disk does not take all of them, none is left.
 * @returns bytes written
 */
export function appendRecords(path: string, events: readonly AgentEvent[]): number {
  const text = events.map(recordOf).join('');
  appendDurably(path, text);
  return Buffer.byteLength(text);
}

/** Cuts a file to so many bytes, to disk. */
export function cutFile(path: string, bytes: number): void {
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What stands in a file, to disk. */
export function flushFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Bytes an event takes in a segment. */
export function recordBytes(event: AgentEvent): number {
  return Buffer.byteLength(JSON.stringify(event), 'utf8') + 10;
}

function recordOf(event: AgentEvent): string {
  const json = JSON.stringify(event);
  return `${crcOf(json)} ${json}\n`;
}

function readRecord(line: string): AgentEvent | undefined {
  const json = line.slice(9);
  return line.slice(0, 8) === crcOf(json) ? (JSON.parse(json) as AgentEvent) : undefined;
}

function crcOf(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
