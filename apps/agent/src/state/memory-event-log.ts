import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import type { EventLog, UnnumberedEvent } from './event-log.js';

/** In memory, for simulated hosts. */
export class MemoryEventLog implements EventLog {
  private events: AgentEvent[] = [];
  private acked = 0;
  epoch = 1;

  get first(): number {
    return this.acked + 1;
  }

  /** Nothing that is acked is kept. */
  get kept(): number {
    return this.first;
  }

  get next(): number {
    return this.acked + this.events.length + 1;
  }

  append(events: readonly UnnumberedEvent[]): void {
    for (const event of events) this.events.push({ seq: this.next, ...event });
  }

  has(eventId: string): boolean {
    return this.events.some((event) => event.eventId === eventId);
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

  rewind(): void {
    // What a centre lacks that it once had is gone here too.
  }

  renew(epoch: number): void {
    this.epoch = epoch;
    this.acked = 0;
    this.events = this.events.map((event, index) => ({ ...event, seq: index + 1 }));
  }
}
