import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeEvents } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { type EventLog, FileEventLog, MemoryEventLog } from './event-log.js';

const everything = (log: EventLog) => log.read(log.first, 1_000_000);
const segmentsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.seg'))
    .sort();
const onlySegment = (folder: string) => join(folder, segmentsIn(folder)[0] ?? 'none');

describe.each([
  ['on disk', () => new FileEventLog(makeTempFolder())],
  ['in memory', () => new MemoryEventLog()],
])('the log %s', (_where, open) => {
  it('numbers, forgets with the ack, and renumbers in a new epoch', () => {
    const log = open();
    const events = makeEvents(3);
    log.append(events);
    expect([log.epoch, log.first, log.next]).toEqual([1, 1, 4]);
    log.ack(1, 1);
    log.ack(1, 0);
    expect(everything(log).map((event) => event.seq)).toEqual([2, 3]);
    log.renew(2);
    expect([log.epoch, log.first, log.next]).toEqual([2, 1, 3]);
    expect(everything(log)).toEqual(events.slice(1).map((event, index) => ({ ...event, seq: index + 1 })));
    log.ack(1, 2);
    expect(log.first).toBe(1);
  });
});

describe('numbering', () => {
  it('counts from one and goes on after a reopen', () => {
    const folder = makeTempFolder();
    const [a, b, c] = makeEvents(3);
    const log = new FileEventLog(folder);
    log.append([a!, b!]);
    expect([log.epoch, log.first, log.next]).toEqual([1, 1, 3]);

    const reopened = new FileEventLog(folder);
    reopened.append([c!]);
    expect(everything(reopened)).toEqual([a, b, c].map((event, index) => ({ seq: index + 1, ...event })));
  });

  it('goes on after everything was acked and deleted', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    log.append(makeEvents(3));
    log.ack(1, 3);
    expect(segmentsIn(folder)).toEqual([]);

    const reopened = new FileEventLog(folder);
    expect([reopened.first, reopened.next]).toEqual([4, 4]);
    reopened.append(makeEvents(1));
    expect(everything(reopened).map((event) => event.seq)).toEqual([4]);
  });

  it('leaves out events it has, across a reopen and within one call', () => {
    const folder = makeTempFolder();
    const [a, b] = makeEvents(2);
    new FileEventLog(folder).append([a!]);
    const log = new FileEventLog(folder);
    log.append([a!, b!, b!]);
    expect(everything(log).map((event) => event.eventId)).toEqual([a!.eventId, b!.eventId]);
    expect(new FileEventLog(folder).next).toBe(3);
  });
});

describe('acks', () => {
  it('forget what is acked, keep the rest, and hold after a reopen', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    log.append(makeEvents(5));
    log.ack(1, 2);
    for (const each of [log, new FileEventLog(folder)]) {
      expect(each.first).toBe(3);
      expect(everything(each).map((event) => event.seq)).toEqual([3, 4, 5]);
    }
  });

  it.each([
    ['of another epoch', 2, 3, 1],
    ['that goes back', 1, 0, 1],
    ['beyond the end', 1, 99, 4],
  ])('%s', (_name, epoch, upTo, first) => {
    const log = new FileEventLog(makeTempFolder());
    log.append(makeEvents(3));
    log.ack(epoch, upTo);
    expect(log.first).toBe(first);
  });

  it('delete a segment only when all of it is acked', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    for (let round = 0; round < 5; round += 1) log.append(makeEvents(1_000));
    expect(segmentsIn(folder)).toHaveLength(3);
    log.ack(1, 1_999);
    expect(segmentsIn(folder)).toHaveLength(3);
    log.ack(1, 2_000);
    expect(segmentsIn(folder)).toHaveLength(2);

    const reopened = new FileEventLog(folder);
    expect([reopened.first, reopened.next]).toEqual([2_001, 5_001]);
    expect(reopened.read(4_999, 10).map((event) => event.seq)).toEqual([4_999, 5_000]);
  });
});

describe('a damaged log', () => {
  it('loses only the record that was cut off, wherever the cut is', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    const [a, b, c] = makeEvents(3);
    log.append([a!]);
    log.append([b!]);
    const path = onlySegment(folder);
    const whole = readFileSync(path);
    const start = whole.indexOf('\n') + 1;
    for (let size = start; size < whole.length; size += 1) {
      writeFileSync(path, whole.subarray(0, size));
      const torn = new FileEventLog(folder);
      expect(torn.next).toBe(2);
      torn.append([c!]);
      expect(everything(new FileEventLog(folder)).map((event) => event.eventId)).toEqual([a!.eventId, c!.eventId]);
    }
  });

  it('never shows a record whose checksum is wrong', () => {
    const folder = makeTempFolder();
    new FileEventLog(folder).append(makeEvents(2));
    const path = onlySegment(folder);
    const bytes = readFileSync(path);
    bytes[bytes.length - 10]! ^= 1;
    writeFileSync(path, bytes);
    expect(new FileEventLog(folder).next).toBe(2);
  });

  it('stays consecutive when an older segment is damaged', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    for (let round = 0; round < 3; round += 1) log.append(makeEvents(1_000));
    const path = onlySegment(folder);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 5));

    const reopened = new FileEventLog(folder);
    const numbers = everything(reopened).map((event) => event.seq);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    // What can be read is kept; one record was lost.
    expect(numbers).toHaveLength(2_999);
    reopened.append(makeEvents(1));
    expect(everything(new FileEventLog(folder)).map((event) => event.seq)).toHaveLength(3_000);
  });
});

describe('a write that fails', () => {
  it('leaves the log as it was, and the next one works', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    const [a, b, c] = makeEvents(3);
    log.append([a!]);
    const unwritable = { ...b!, at: 1n } as never;
    expect(() => log.append([unwritable])).toThrow();
    expect(log.next).toBe(2);
    log.append([c!]);
    expect(everything(new FileEventLog(folder)).map((event) => event.eventId)).toEqual([a!.eventId, c!.eventId]);
  });

  it('does not lose events on the way to a new epoch', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    log.append(makeEvents(2));
    const pointer = join(folder, 'acked.json');
    mkdirSync(join(pointer, 'in-the-way'), { recursive: true });
    expect(() => log.renew(2)).toThrow();
    expect([log.epoch, log.next]).toEqual([1, 3]);
    rmSync(pointer, { recursive: true });
    log.renew(2);
    expect(everything(new FileEventLog(folder)).map((event) => event.seq)).toEqual([1, 2]);
  });
});

describe('a new epoch', () => {
  it('gives unacked events new numbers and keeps their ids', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    const events = makeEvents(4);
    log.append(events);
    log.ack(1, 2);
    log.renew(3);
    for (const each of [log, new FileEventLog(folder)]) {
      expect([each.epoch, each.first, each.next]).toEqual([3, 1, 3]);
      expect(everything(each)).toEqual(events.slice(2).map((event, index) => ({ ...event, seq: index + 1 })));
    }
    log.append(events.slice(3));
    expect(log.next).toBe(3);
    log.renew(2);
    expect(log.epoch).toBe(3);
  });

  it('is taken again after a crash in the middle of taking it', () => {
    const folder = makeTempFolder();
    const events = makeEvents(2);
    new FileEventLog(folder).append(events);
    const before = join(makeTempFolder(), 'before');
    mkdirSync(before);
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(before, name));
    new FileEventLog(folder).renew(2);

    // The new file is there, the pointer and the old file are as they were.
    rmSync(join(folder, 'acked.json'));
    for (const name of readdirSync(before)) copyFileSync(join(before, name), join(folder, name));
    new FileEventLog(folder).renew(2);
    expect(everything(new FileEventLog(folder)).map((event) => event.seq)).toEqual([1, 2]);
  });
});
