import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { SpoolLost } from '@carillon/contract/agent/host-events';
import { chooseDropped } from '@carillon/core/spool/drop-order';
import { withReserve } from './disk-reserve.js';
import { readJson, writeJson } from './files.js';
import { lossEvent, runIdOf } from './loss-event.js';
import { appendRecords, cutFile, flushFile, readSegment, recordBytes } from './segment-file.js';

/** An event before it has a number. */
export type UnnumberedEvent = Omit<AgentEvent, 'seq'>;

/** The numbered, append-only log of what happened here, kept until the centre has committed it and for a while longer. */
export interface EventLog {
  readonly epoch: number;
  /** Number the next event gets. */
  readonly next: number;
  /** First number that is not acked. */
  readonly first: number;
  /** First number that is still here, acked ones included. */
  readonly kept: number;
  /** Numbers and stores events, to disk. Those whose id is known already are left out: a crash may offer them twice. */
  append(events: readonly UnnumberedEvent[]): void;
  /** Is this event among those that were appended not long ago? */
  has(eventId: string): boolean;
  /** Events from `seq` on, at most `limit`. */
  read(seq: number, limit: number): AgentEvent[];
  /** Everything up to here is committed in the centre; only now may it be deleted. */
  ack(epoch: number, upToSeq: number): void;
  /** The centre has events only up to here (it was restored from a backup): those that are kept count as not acked. */
  rewind(epoch: number, upToSeq: number): void;
  /** The numbers of this epoch were used before (restored disk): what is not acked gets new numbers, ids stay. */
  renew(epoch: number): void;
}

const segmentEvents = 2_000;
/** Segments held in memory: the one that is sent from and the one that is written to. */
const heldSegments = 2;
/** A crash offers again what was appended last, at most some passes of the collector. */
const rememberedIds = 20_000;

interface Pointer {
  epoch: number;
  acked: number;
}

interface Segment {
  readonly first: number;
  count: number;
  bytes: number;
  /** When it last grew. */
  writtenMs: number;
}

/** How much of what is acked stays, for a centre that was restored from a backup. */
export interface KeepRules {
  readonly bytes: number;
  readonly ageMs: number;
}

const keepNothing: KeepRules = { bytes: 0, ageMs: 0 };

/**
 * Event log in segment files `<epoch>-<first number>.seg`. What a crash cut off at the end is dropped when the log is
 * opened; it was never sent, as sending needs the flush. Memory holds two segments, however much waits.
 */
export class FileEventLog implements EventLog {
  private pointer: Pointer;
  /** Acked as the disk knows it: behind `pointer` while a full disk does not take it. */
  private durablyAcked: number;
  private segments: Segment[] = [];
  private readonly held = new Map<number, AgentEvent[]>();
  private readonly ids = new Set<string>();

  /** @param reserve file that gives room on a full disk */
  constructor(
    private readonly folder: string,
    private readonly reserve = join(folder, '..', 'room', 'reserve'),
    private readonly keep = keepNothing,
  ) {
    const stored = this.readPointer();
    this.pointer = stored ?? this.guessPointer();
    this.durablyAcked = this.pointer.acked;
    if (stored) this.removeAllBut(this.epoch);
    const lost = this.open();
    // Damage leaves a hole in the numbers; what is left gets new ones, ids stay.
    if (lost > 0) this.rewrite(this.epoch + 1, () => true, [lossEvent('damaged', [], lost)]);
    else if (!stored && this.first > 1) this.renew(this.epoch + 1);
    this.trim();
  }

  get epoch(): number {
    return this.pointer.epoch;
  }

  get first(): number {
    return this.pointer.acked + 1;
  }

  get kept(): number {
    return Math.min(this.first, this.segments[0]?.first ?? this.first);
  }

  get next(): number {
    const last = this.segments.at(-1);
    return Math.max(this.first, last ? last.first + last.count : 0);
  }

  /** Size on disk of what is not acked. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + (this.isAcked(segment) ? 0 : segment.bytes), 0);
  }

  append(events: readonly UnnumberedEvent[]): void {
    const fresh = new Map(
      events.filter((event) => !this.ids.has(event.eventId)).map((event) => [event.eventId, event]),
    );
    if (fresh.size === 0) return;
    const start = this.next;
    const numbered = [...fresh.values()].map((event, index): AgentEvent => ({ seq: start + index, ...event }));
    const last = this.segments.at(-1);
    const isNew = !last || last.count >= segmentEvents;
    const segment = isNew ? { first: start, count: 0, bytes: 0, writtenMs: 0 } : last;
    const held = isNew ? [] : this.eventsOf(last);
    segment.bytes += withReserve(this.reserve, () => appendRecords(this.file(this.epoch, segment.first), numbered));
    segment.count += numbered.length;
    segment.writtenMs = Date.now();
    if (isNew) this.segments.push(segment);
    held.push(...numbered);
    this.hold(segment.first, held);
    this.remember(numbered);
  }

  has(eventId: string): boolean {
    return this.ids.has(eventId);
  }

  read(seq: number, limit: number): AgentEvent[] {
    const from = Math.max(seq, this.first);
    const events: AgentEvent[] = [];
    for (const segment of this.segments) {
      if (events.length >= limit) break;
      if (segment.first + segment.count <= from) continue;
      const skip = Math.max(0, from - segment.first);
      events.push(...this.eventsOf(segment).slice(skip, skip + limit - events.length));
    }
    return events;
  }

  ack(epoch: number, upToSeq: number): void {
    if (epoch !== this.pointer.epoch || upToSeq <= this.durablyAcked) return;
    this.pointer = { epoch, acked: Math.max(this.pointer.acked, Math.min(upToSeq, this.next - 1)) };
    // On a full disk the ack is not lost: after a restart the events are sent once more.
    if (this.storePointer()) this.trim();
  }

  rewind(epoch: number, upToSeq: number): void {
    if (epoch !== this.pointer.epoch || upToSeq >= this.pointer.acked) return;
    this.dropDamaged();
    this.pointer = { epoch, acked: Math.max(upToSeq, this.kept - 1) };
    // Should the disk not take it, the centre says so again at the next welcome.
    this.durablyAcked = this.pointer.acked;
    this.storePointer();
  }

  /** Gives up what is acked, all of it: the disk needs the room. */
  forgetAcked(): void {
    this.drop(this.segments.filter((segment) => this.isDurablyAcked(segment)));
  }

  renew(epoch: number): void {
    if (epoch > this.pointer.epoch) this.rewrite(epoch, () => true, []);
  }

  /**
   * Gives events up until the log takes at most so many bytes, in core's order, and says so in a `spool.lost` event.
   * What is left gets new numbers in a new epoch.
   * @returns what was lost, or undefined when nothing that matters was
   */
  shrink(toBytes: number): SpoolLost | undefined {
    const excess = this.bytes - toBytes;
    if (excess <= 0) return undefined;
    const sizes: { kind: string; runId: string | null; bytes: number }[] = [];
    for (const event of this.each())
      sizes.push({ kind: event.data.kind, runId: runIdOf(event), bytes: recordBytes(event) });
    const dropped = chooseDropped(sizes, excess);
    const lost: AgentEvent[] = [];
    let index = 0;
    for (const event of this.each()) if ((dropped.get(index++) ?? 0) > 0) lost.push(event);
    const told = lost.length > 0 ? [lossEvent('size', lost, 0)] : [];
    let place = 0;
    this.rewrite(this.epoch + 1, () => !dropped.has(place++), told);
    return told[0]?.data.kind === 'spool.lost' ? told[0].data : undefined;
  }

  /**
   * Everything that is not acked, in a new epoch with numbers from 1. The new files are on disk before the pointer
   * moves, and the pointer before the old ones go; what a crash leaves of either is removed when the log is opened.
   */
  private rewrite(epoch: number, keep: (event: AgentEvent) => boolean, more: readonly UnnumberedEvent[]): void {
    this.removeAllBut(this.epoch);
    const segments: Segment[] = [];
    let batch: AgentEvent[] = [];
    let seq = 1;
    const flush = () => {
      const first = batch[0]?.seq;
      if (first === undefined) return;
      const bytes = withReserve(this.reserve, () => appendRecords(this.file(epoch, first), batch));
      segments.push({ first, count: batch.length, bytes, writtenMs: Date.now() });
      batch = [];
    };
    const add = (event: UnnumberedEvent) => {
      batch.push({ ...event, seq });
      seq += 1;
      if (batch.length >= segmentEvents) flush();
    };
    for (const event of this.each()) if (keep(event)) add(event);
    for (const event of more) add(event);
    flush();
    const pointer = { epoch, acked: 0 };
    withReserve(this.reserve, () => writeJson(this.pointerFile, pointer));
    this.pointer = pointer;
    this.durablyAcked = 0;
    this.segments = segments;
    this.held.clear();
    this.removeAllBut(epoch);
  }

  private *each(): Generator<AgentEvent> {
    for (const segment of this.segments.filter((segment) => !this.isAcked(segment)))
      for (const event of this.eventsOf(segment)) if (event.seq >= this.first) yield event;
  }

  /** @returns how many events are missing */
  private open(): number {
    let lost = 0;
    let expected = this.first;
    const stored = this.stored(this.epoch);
    for (const [index, first] of stored.entries()) {
      const path = this.file(this.epoch, first);
      const { mtimeMs: writtenMs, size } = statSync(path);
      const after = stored[index + 1];
      // Only kept: nobody asks for its events, most likely.
      if (after !== undefined && after <= this.first) {
        this.segments.push({ first, count: after - first, bytes: size, writtenMs });
        continue;
      }
      const { events, bytes, torn } = readSegment(path);
      if (torn) cutFile(path, bytes);
      // An agent that was killed between writing and flushing: what is read back is not on the disk for that, and those
      // who offer it again are told that it is.
      else if (after === undefined) flushFile(path);
      // A segment may begin with what is acked already.
      expected = expected === this.first ? Math.min(expected, first) : expected;
      for (const { seq } of events) {
        lost += Math.max(0, seq - Math.max(expected, this.first));
        expected = seq + 1;
      }
      this.segments.push({ first, count: events.length, bytes, writtenMs });
      this.hold(first, events);
      this.remember(events);
    }
    return lost;
  }

  private eventsOf(segment: Segment): AgentEvent[] {
    const events = this.held.get(segment.first) ?? readSegment(this.file(this.epoch, segment.first)).events;
    this.hold(segment.first, events);
    return events;
  }

  private hold(first: number, events: AgentEvent[]): void {
    this.held.delete(first);
    this.held.set(first, events);
    for (const oldest of this.held.keys()) {
      if (this.held.size <= heldSegments) return;
      this.held.delete(oldest);
    }
  }

  private remember(events: readonly AgentEvent[]): void {
    for (const { eventId } of events) this.ids.add(eventId);
    for (const oldest of this.ids) {
      if (this.ids.size <= rememberedIds) return;
      this.ids.delete(oldest);
    }
  }

  /** Deletes segments that hold nothing but what is acked, the oldest beyond what is to be kept. */
  private trim(): void {
    const acked = this.segments.filter((segment) => this.isDurablyAcked(segment));
    const since = Date.now() - this.keep.ageMs;
    let room = this.keep.bytes;
    const kept = new Set<Segment>();
    for (const segment of acked.reverse()) {
      room -= segment.bytes;
      if (room < 0 || segment.writtenMs < since) break;
      kept.add(segment);
    }
    this.drop(acked.filter((segment) => !kept.has(segment)));
  }

  /** Of what is only kept, the newest that is whole stays: sent again it must have no holes. */
  private dropDamaged(): void {
    const acked = this.segments.filter((segment) => this.isAcked(segment));
    const isWhole = (segment: Segment) =>
      readSegment(this.file(this.epoch, segment.first)).events.length === segment.count;
    const damaged = acked.findLastIndex((segment) => !isWhole(segment));
    this.drop(acked.slice(0, damaged + 1));
  }

  private drop(gone: readonly Segment[]): void {
    if (gone.length === 0) return;
    this.segments = this.segments.filter((segment) => !gone.includes(segment));
    for (const { first } of gone) {
      this.held.delete(first);
      rmSync(this.file(this.epoch, first), { force: true });
    }
  }

  private isAcked({ first, count }: Segment): boolean {
    return first + count <= this.first;
  }

  private isDurablyAcked({ first, count }: Segment): boolean {
    return first + count - 1 <= this.durablyAcked;
  }

  private storePointer(): boolean {
    try {
      withReserve(this.reserve, () => writeJson(this.pointerFile, this.pointer));
      this.durablyAcked = this.pointer.acked;
      return true;
    } catch {
      return false;
    }
  }

  /** Undefined when there is none, or it cannot be read. */
  private readPointer(): Pointer | undefined {
    try {
      return readJson<Pointer>(this.pointerFile);
    } catch {
      return undefined;
    }
  }

  /** From the oldest segments, which are there until a pointer names newer ones. How far they are acked is not known. */
  private guessPointer(): Pointer {
    const names = readdirSync(this.folder).flatMap((name) => {
      const found = /^(\d+)-(\d+)\.seg$/.exec(name);
      return found ? [{ epoch: Number(found[1]), first: Number(found[2]) }] : [];
    });
    const oldest = names.sort((a, b) => a.epoch - b.epoch || a.first - b.first)[0];
    return { epoch: oldest?.epoch ?? 1, acked: (oldest?.first ?? 1) - 1 };
  }

  private removeAllBut(epoch: number): void {
    for (const name of readdirSync(this.folder))
      if (name.endsWith('.seg') && !name.startsWith(`${epoch}-`)) rmSync(join(this.folder, name), { force: true });
  }

  private stored(epoch: number): number[] {
    const prefix = `${epoch}-`;
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
