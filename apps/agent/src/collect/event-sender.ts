import type { Body } from '@carillon/contract/agent/catalog';
import type { AgentEvent } from '@carillon/contract/agent/event-messages';
import { limits } from '@carillon/contract/limits';
import type { EventLog } from '../state/event-log.js';

/** Room for the envelope and for escapes. */
const itemsBytes = limits.textFrameBytes - 16 * 1024;

/** @returns the id by which answers name the frame */
type Send = (body: Body<'events'>) => string | undefined;

interface Frame {
  readonly id: string | undefined;
  readonly first: number;
  /** Last number in it. */
  readonly last: number;
  /** Which sending of the log from its first event on it belongs to; frames of an earlier one were sent again since. */
  readonly pass: number;
}

/** Sends the event log in order; nothing leaves the log before the centre says that it is committed. */
export class EventSender {
  private nextSeq = 1;
  /** Epoch that `nextSeq` belongs to; the log begins another one when it had to drop events. */
  private epoch = 0;
  /** Frames of this epoch and session that are not answered yet, oldest first; acks come in the same order. */
  private underWay: Frame[] = [];
  private pass = 0;
  private send: Send | undefined;

  constructor(private readonly log: EventLog) {}

  /**
   * A session is open. `welcomeAck` is what the centre confirms of what we know to be acked: all of it, or less when it
   * was restored from a backup and we still have what it lacks.
   */
  attach(send: Send, welcomeAck: { epoch: number; upTo: number }): void {
    this.log.ack(welcomeAck.epoch, welcomeAck.upTo);
    this.log.rewind(welcomeAck.epoch, welcomeAck.upTo);
    this.send = send;
    this.underWay = [];
    this.startOver();
  }

  detach(): void {
    this.send = undefined;
  }

  /** Sends what there is room for. Call when the log has grown. */
  pump(): void {
    if (this.epoch !== this.log.epoch) this.rewind();
    const outdated = this.underWay.filter(({ pass }) => pass !== this.pass).length;
    while (this.send && this.underWay.length - outdated < limits.inFlightFrames) {
      const items = fitting(this.log.read(this.nextSeq, limits.eventsPerFrame));
      const last = items.at(-1);
      if (!last) return;
      const firstSeq = this.nextSeq;
      this.nextSeq = last.seq + 1;
      const id = this.send({ epoch: this.log.epoch, firstSeq, items });
      this.underWay.push({ id, first: firstSeq, last: last.seq, pass: this.pass });
    }
  }

  /**
   * An ack confirms the frame that it answers and all before it, and no more, however much further the centre is: where
   * this disk was restored from an older copy, the numbers beyond stand for other events there.
   * @param re id of that frame; where it is not known, the oldest that is not answered
   */
  onAck({ epoch, upToSeq }: { epoch: number; upToSeq: number }, re?: string): void {
    if (epoch !== this.log.epoch) return;
    const frame = this.answered(re);
    if (!frame) return;
    if (upToSeq < this.log.first - 1) {
      // The centre lacks what it once acked (a restored database), so our numbers would be a gap for ever.
      this.onRenew({ next: epoch + 1 });
      return;
    }
    // Where all of it lies beyond a gap, nothing is confirmed: what is before the gap has answers of its own.
    if (upToSeq >= frame.first) this.log.ack(epoch, Math.min(upToSeq, frame.last));
    // An ack short of the frame it answers: the centre saw a gap. It says where to go on.
    if (upToSeq < frame.last && frame.pass === this.pass) this.startOver();
    else this.pump();
  }

  onRenew({ next }: { next: number }): void {
    this.log.renew(next);
    this.startOver();
  }

  /**
   * What was sent before the frame has its answer too, and it was no ack. In the same pass, that puts the numbers before
   * this frame in doubt, and its ack confirms nothing.
   */
  private answered(re: string | undefined): Frame | undefined {
    const place = re === undefined ? 0 : this.underWay.findIndex(({ id }) => id === re);
    const answered = this.underWay.splice(0, place + 1);
    const frame = answered.pop();
    return answered.some(({ pass }) => pass === frame?.pass) ? undefined : frame;
  }

  private startOver(): void {
    this.rewind();
    this.pump();
  }

  private rewind(): void {
    // Frames of an epoch that is over are not acked any more.
    if (this.epoch !== this.log.epoch) this.underWay = [];
    this.pass += 1;
    this.epoch = this.log.epoch;
    this.nextSeq = this.log.first;
  }
}

function fitting(items: readonly AgentEvent[]): AgentEvent[] {
  let bytes = 0;
  let count = 0;
  for (const item of items) {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > itemsBytes && count > 0) break;
    count += 1;
  }
  return items.slice(0, count);
}
