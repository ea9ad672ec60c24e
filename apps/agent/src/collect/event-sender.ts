import type { Body } from '@carillon/contract/agent/catalog';
import type { AgentEvent } from '@carillon/contract/agent/messages';
import { limits } from '@carillon/contract/limits';
import type { EventLog } from '../state/event-log.js';

/** Room for the envelope and for escapes. */
const itemsBytes = limits.textFrameBytes - 16 * 1024;

/** Sends the event log in order; nothing leaves the log before the centre says that it is committed. */
export class EventSender {
  private nextSeq = 1;
  /** Epoch that `nextSeq` belongs to; the log begins another one when it had to drop events. */
  private epoch = 0;
  /** Last number of each frame that is under way. */
  private underWay: number[] = [];
  private send: ((body: Body<'events'>) => void) | undefined;

  constructor(private readonly log: EventLog) {}

  /** A session is open. `welcomeAck` is what the centre confirms of what we know to be acked. */
  attach(send: (body: Body<'events'>) => void, welcomeAck: { epoch: number; upTo: number }): void {
    this.log.ack(welcomeAck.epoch, welcomeAck.upTo);
    this.send = send;
    this.startOver();
  }

  detach(): void {
    this.send = undefined;
  }

  /** Sends what there is room for. Call when the log has grown. */
  pump(): void {
    if (this.epoch !== this.log.epoch) this.rewind();
    while (this.send && this.underWay.length < limits.inFlightFrames) {
      const items = fitting(this.log.read(this.nextSeq, limits.eventsPerFrame));
      const last = items.at(-1);
      if (!last) return;
      const firstSeq = this.nextSeq;
      this.nextSeq = last.seq + 1;
      this.underWay.push(last.seq);
      this.send({ epoch: this.log.epoch, firstSeq, items });
    }
  }

  onAck({ epoch, upToSeq }: { epoch: number; upToSeq: number }): void {
    if (epoch !== this.log.epoch) return;
    if (this.underWay.length > 0 && upToSeq < this.log.first - 1) {
      // The centre lacks what it once acked (a restored database), so our numbers would be a gap for ever.
      this.onRenew({ next: epoch + 1 });
      return;
    }
    this.log.ack(epoch, upToSeq);
    const expected = this.underWay[0];
    this.underWay = this.underWay.filter((last) => last > upToSeq);
    // An ack short of the frame it answers: the centre saw a gap. It says where to go on.
    if (expected !== undefined && upToSeq < expected) this.startOver();
    else this.pump();
  }

  onRenew({ next }: { next: number }): void {
    this.log.renew(next);
    this.startOver();
  }

  private startOver(): void {
    this.rewind();
    this.pump();
  }

  private rewind(): void {
    this.epoch = this.log.epoch;
    this.nextSeq = this.log.first;
    this.underWay = [];
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
