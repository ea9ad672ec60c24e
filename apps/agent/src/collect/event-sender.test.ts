import type { Body } from '@carillon/contract/agent/catalog';
import { limits } from '@carillon/contract/limits';
import { describe, expect, it } from 'vitest';
import { FileEventLog } from '../state/event-log.js';
import { MemoryEventLog } from '../state/memory-event-log.js';
import { makeEvent, makeEvents } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { EventSender } from './event-sender.js';

function makeSender(count: number) {
  const log = new MemoryEventLog();
  log.append(makeEvents(count));
  const frames: Body<'events'>[] = [];
  const sender = new EventSender(log);
  const attach = () => sender.attach((body) => void frames.push(body), { epoch: log.epoch, upTo: log.first - 1 });
  return { log, frames, sender, attach };
}

const lastOf = (frame: Body<'events'> | undefined) => (frame?.firstSeq ?? 0) + (frame?.items.length ?? 0) - 1;

describe('a centre that was restored from a backup', () => {
  it('gets again what it lacks and we kept, under the same numbers', () => {
    const log = new FileEventLog(makeTempFolder(), undefined, { bytes: 1_000_000, ageMs: 60_000 });
    const events = makeEvents(10);
    log.append(events);
    log.ack(1, 9);
    const frames: Body<'events'>[] = [];
    const sender = new EventSender(log);
    sender.attach((body) => void frames.push(body), { epoch: 1, upTo: 4 });
    expect(frames).toMatchObject([{ epoch: 1, firstSeq: 5 }]);
    expect(frames[0]?.items).toEqual(events.slice(4).map((event, index) => ({ ...event, seq: 5 + index })));
    sender.onAck({ epoch: 1, upToSeq: 10 });
    expect([log.first, log.next]).toEqual([11, 11]);
  });
});

describe('a gap', () => {
  it('is closed from where the centre is, in order and without holes', () => {
    const { frames, sender, attach } = makeSender(1_000);
    attach();
    sender.onAck({ epoch: 1, upToSeq: 200 });
    const before = frames.length;
    // The centre has less than the next frame's end.
    sender.onAck({ epoch: 1, upToSeq: 300 });
    const again = frames.slice(before);
    expect(again[0]?.firstSeq).toBe(301);
    for (const [index, frame] of again.entries()) {
      if (index > 0) expect(frame.firstSeq).toBe(lastOf(again[index - 1]) + 1);
    }
    expect(lastOf(again.at(-1))).toBe(1_000);
  });

  it('that can never be closed, since the centre has lost what it acked, gets new numbers', () => {
    const { log, frames, sender, attach } = makeSender(10);
    attach();
    sender.onAck({ epoch: 1, upToSeq: 10 });
    log.append(makeEvents(2));
    sender.pump();
    const before = frames.length;
    // A database restored from an older copy.
    sender.onAck({ epoch: 1, upToSeq: 4 });
    expect(frames.slice(before)).toMatchObject([{ epoch: 2, firstSeq: 1 }]);
    expect(frames.at(-1)?.items).toHaveLength(2);
    sender.onAck({ epoch: 2, upToSeq: 2 });
    expect([log.first, log.next]).toEqual([3, 3]);
  });
});

describe('an ack', () => {
  it('confirms no more than the frame it answers: beyond it, numbers of a restored disk stand for other events', () => {
    const { log, frames, sender, attach } = makeSender(limits.eventsPerFrame * 3);
    attach();
    // The centre has the first frame, and other events under the numbers of the next two.
    sender.onAck({ epoch: 1, upToSeq: limits.eventsPerFrame * 5 });
    expect(log.first).toBe(limits.eventsPerFrame + 1);
    const before = frames.length;
    sender.onRenew({ next: 2 });
    expect(frames.slice(before).flatMap(({ items }) => items)).toHaveLength(limits.eventsPerFrame * 2);
  });

  it('names its frame, and nothing that was sent before is answered any more', () => {
    const log = new MemoryEventLog();
    log.append(makeEvents(1));
    const sender = new EventSender(log);
    let count = 0;
    sender.attach(() => `frame ${++count}`, { epoch: 1, upTo: 0 });
    sender.onRenew({ next: 2 });
    // A renewal that was on its way already: the frame of epoch 2 that it answers is sent again.
    sender.onRenew({ next: 2 });
    log.append(makeEvents(1));
    sender.onAck({ epoch: 2, upToSeq: 1 }, 'frame 3');
    sender.onAck({ epoch: 2, upToSeq: 2 }, 'frame 4');
    expect([log.first, log.next]).toEqual([3, 3]);
  });

  it('confirms nothing when a frame before it was refused', () => {
    const log = new MemoryEventLog();
    log.append(makeEvents(limits.eventsPerFrame + 1));
    const sender = new EventSender(log);
    let count = 0;
    sender.attach(() => `frame ${++count}`, { epoch: 1, upTo: 0 });
    sender.onAck({ epoch: 1, upToSeq: limits.eventsPerFrame + 1 }, 'frame 2');
    expect(log.first).toBe(1);
  });

  it('of a frame that was sent again since starts nothing over', () => {
    const { frames, sender, attach } = makeSender(limits.eventsPerFrame * 2);
    attach();
    sender.onAck({ epoch: 1, upToSeq: 10 });
    const before = frames.length;
    sender.onAck({ epoch: 1, upToSeq: 10 });
    expect(frames).toHaveLength(before);
    sender.onAck({ epoch: 1, upToSeq: 10 + limits.eventsPerFrame });
    sender.onAck({ epoch: 1, upToSeq: limits.eventsPerFrame * 2 });
    expect(frames).toHaveLength(before);
  });
});

describe('frames', () => {
  it('stay far enough below the limit of a text frame, whatever the events say', () => {
    const { log, frames, sender, attach } = makeSender(0);
    // Reasons are the longest text of an event; quotes double in JSON.
    const reason = '"'.repeat(100);
    const pad = 'x'.repeat(1_900);
    for (let index = 0; index < 400; index += 1)
      log.append([makeEvent({ kind: 'run.finished', reason, pad } as never)]);
    attach();
    while (log.first < log.next) {
      const [frame] = frames;
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(240 * 1024);
      sender.onAck({ epoch: 1, upToSeq: lastOf(frame) });
      frames.shift();
    }
  });

  it('under way are at most eight, and more follow with each ack', () => {
    const { frames, sender, attach } = makeSender(limits.eventsPerFrame * 10);
    attach();
    expect(frames).toHaveLength(limits.inFlightFrames);
    sender.pump();
    expect(frames).toHaveLength(limits.inFlightFrames);
    sender.onAck({ epoch: 1, upToSeq: limits.eventsPerFrame });
    expect(frames).toHaveLength(limits.inFlightFrames + 1);
    sender.onAck({ epoch: 7, upToSeq: limits.eventsPerFrame * 10 });
    expect(frames).toHaveLength(limits.inFlightFrames + 1);
  });

  it('are not sent while no session is open', () => {
    const { frames, sender, attach } = makeSender(1);
    sender.pump();
    attach();
    sender.detach();
    sender.pump();
    expect(frames).toHaveLength(1);
  });
});
