import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { AgentEvent } from '@carillon/contract/agent/messages';
import { readJson, writeJson } from './files.js';

/** An event before it has a number. */
export type UnnumberedEvent = Omit<AgentEvent, 'seq'>;

/** The numbered, append-only log of what happened here, kept until the centre has committed it. */
export interface EventLog {
  readonly epoch: number;
  /** Number the next event gets. */
  readonly next: number;
  /** First number that is not acked. */
  readonly first: number;
  /** Numbers and stores events, to disk. Those whose id is known already are left out: a crash may offer them twice. */
  append(events: readonly UnnumberedEvent[]): void;
  /** Events from `seq` on, at most `limit`. */
  read(seq: number, limit: number): AgentEvent[];
  /** Everything up to here is committed in the centre; only now may it be deleted. */
  ack(epoch: number, upToSeq: number): void;
  /** The numbers of this epoch were used before (restored disk): what is not acked gets new numbers, ids stay. */
  renew(epoch: number): void;
}

const segmentEvents = 2_000;

interface Pointer {
  epoch: number;
  acked: number;
}

/**
 * Event log in segment files `<epoch>-<first number>.seg`, one record a line: CRC-32 in hexadecimal, blank, JSON.
 * What a crash cut off at the end is dropped when the log is opened; it was never sent, as sending needs the flush.
 */
export class FileEventLog implements EventLog {
  private pointer: Pointer;
  /** Everything not acked; bounded by what the centre has not taken yet. */
  private events: AgentEvent[] = [];
  private readonly ids = new Set<string>();
  private segment: { first: number; count: number } | undefined;

  constructor(private readonly folder: string) {
    this.pointer = readJson<Pointer>(this.pointerFile) ?? { epoch: 1, acked: 0 };
    for (const first of this.segments()) this.load(first);
    // Damage before the last segment leaves a hole in the numbers; what is left gets new ones, ids stay.
    if (this.events.some((event, index) => event.seq !== (this.events[0]?.seq ?? 0) + index))
      this.renew(this.epoch + 1);
    this.trim();
  }

  get epoch(): number {
    return this.pointer.epoch;
  }

  get first(): number {
    return this.pointer.acked + 1;
  }

  get next(): number {
    return (this.events.at(-1)?.seq ?? this.pointer.acked) + 1;
  }

  append(events: readonly UnnumberedEvent[]): void {
    const fresh = new Map(
      events.filter((event) => !this.ids.has(event.eventId)).map((event) => [event.eventId, event]),
    );
    if (fresh.size === 0) return;
    const start = this.next;
    const numbered = [...fresh.values()].map((event, index): AgentEvent => ({ seq: start + index, ...event }));
    if (!this.segment || this.segment.count >= segmentEvents) this.segment = { first: start, count: 0 };
    this.write(this.file(this.epoch, this.segment.first), numbered);
    this.segment.count += numbered.length;
    this.remember(numbered);
  }

  read(seq: number, limit: number): AgentEvent[] {
    const from = Math.max(0, seq - this.first);
    return this.events.slice(from, from + limit);
  }

  ack(epoch: number, upToSeq: number): void {
    if (epoch !== this.pointer.epoch || upToSeq <= this.pointer.acked) return;
    const pointer = { epoch, acked: Math.min(upToSeq, this.next - 1) };
    writeJson(this.pointerFile, pointer);
    this.pointer = pointer;
    this.trim();
  }

  renew(epoch: number): void {
    if (epoch <= this.pointer.epoch) return;
    const old = this.segments().map((first) => this.file(this.epoch, first));
    const renumbered = this.events.map((event, index): AgentEvent => ({ ...event, seq: 1 + index }));
    // The new epoch's file is on disk before the pointer moves, and the pointer before the old files go. A crash before
    // the pointer leaves a file that the next try must not add to.
    const path = this.file(epoch, 1);
    rmSync(path, { force: true });
    if (renumbered.length > 0) this.write(path, renumbered);
    writeJson(this.pointerFile, { epoch, acked: 0 });
    this.pointer = { epoch, acked: 0 };
    this.events = [];
    this.ids.clear();
    this.remember(renumbered);
    this.segment = renumbered.length > 0 ? { first: 1, count: renumbered.length } : undefined;
    for (const each of old) rmSync(each, { force: true });
  }

  private remember(events: readonly AgentEvent[]): void {
    for (const event of events) {
      this.events.push(event);
      this.ids.add(event.eventId);
    }
  }

  private write(path: string, events: readonly AgentEvent[]): void {
    const file = openSync(path, 'a', 0o600);
    const { size } = fstatSync(file);
    try {
      const bytes = Buffer.from(events.map(toLine).join(''), 'utf8');
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } catch (error) {
      // A full disk: half a record must not stand before the next good one.
      ftruncateSync(file, size);
      throw error;
    } finally {
      closeSync(file);
    }
  }

  private load(first: number): void {
    const path = this.file(this.pointer.epoch, first);
    const { events, goodBytes, torn } = readSegment(readFileSync(path));
    if (torn) cut(path, goodBytes);
    this.remember(events);
    this.segment = { first, count: events.length };
  }

  /** Forgets acked events and deletes segments that hold nothing else. */
  private trim(): void {
    const acked = this.pointer.acked;
    const kept = this.events.findIndex((event) => event.seq > acked);
    const gone = kept === -1 ? this.events.splice(0) : this.events.splice(0, kept);
    for (const event of gone) this.ids.delete(event.eventId);
    const segments = this.segments();
    for (const [index, first] of segments.entries()) {
      const last = (segments[index + 1] ?? this.next) - 1;
      if (last <= acked) rmSync(this.file(this.pointer.epoch, first), { force: true });
    }
    if (this.events.length === 0) this.segment = undefined;
  }

  private segments(): number[] {
    const prefix = `${this.pointer.epoch}-`;
    return readdirSync(this.folder)
      .filter((name) => name.startsWith(prefix) && name.endsWith('.seg'))
      .map((name) => Number(name.slice(prefix.length, -4)))
      .sort((a, b) => a - b);
  }

  private file(epoch: number, first: number): string {
    return join(this.folder, `${epoch}-${String(first).padStart(12, '0')}.seg`);
  }

  private get pointerFile(): string {
    return join(this.folder, 'acked.json');
  }
}

function toLine(event: AgentEvent): string {
  const json = JSON.stringify(event);
  return `${crcOf(json)} ${json}\n`;
}

function crcOf(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

/** Reads records until the first that is cut off or damaged; what comes after it cannot be trusted to be in order. */
function readSegment(bytes: Buffer): { events: AgentEvent[]; goodBytes: number; torn: boolean } {
  const events: AgentEvent[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const line = end === -1 ? '' : bytes.toString('utf8', at, end);
    const json = line.slice(9);
    if (end === -1 || line.slice(0, 8) !== crcOf(json)) return { events, goodBytes: at, torn: true };
    events.push(JSON.parse(json) as AgentEvent);
    at = end + 1;
  }
  return { events, goodBytes: at, torn: false };
}

function cut(path: string, bytes: number): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    ftruncateSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** In memory, for simulated hosts. */
export class MemoryEventLog implements EventLog {
  private events: AgentEvent[] = [];
  private acked = 0;
  epoch = 1;

  get first(): number {
    return this.acked + 1;
  }

  get next(): number {
    return this.acked + this.events.length + 1;
  }

  append(events: readonly UnnumberedEvent[]): void {
    for (const event of events) this.events.push({ seq: this.next, ...event });
  }

  read(seq: number, limit: number): AgentEvent[] {
    const from = Math.max(0, seq - this.first);
    return this.events.slice(from, from + limit);
  }

  ack(epoch: number, upToSeq: number): void {
    if (epoch !== this.epoch || upToSeq <= this.acked) return;
    this.events = this.events.slice(upToSeq - this.acked);
    this.acked = upToSeq;
  }

  renew(epoch: number): void {
    this.epoch = epoch;
    this.acked = 0;
    this.events = this.events.map((event, index) => ({ ...event, seq: index + 1 }));
  }
}
