import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeEvent, makeEvents } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { type EventLog, FileEventLog } from './event-log.js';
import { MemoryEventLog } from './memory-event-log.js';

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

describe('what is acked', () => {
  const keep = { bytes: 10_000_000, ageMs: 60_000 };
  const filled = (folder: string, rules = keep) => {
    const log = new FileEventLog(folder, undefined, rules);
    for (let round = 0; round < 6; round += 1) log.append(makeEvents(1_000));
    return log;
  };

  it('stays within its bounds, counts as nothing that waits, and is known after a reopen', () => {
    const folder = makeTempFolder();
    const log = filled(folder);
    log.ack(1, 5_000);
    for (const each of [log, new FileEventLog(folder, undefined, keep)]) {
      expect([each.kept, each.first, each.next]).toEqual([1, 5_001, 6_001]);
      expect(everything(each)).toHaveLength(1_000);
      expect(each.bytes).toBeLessThan(statSync(join(folder, segmentsIn(folder)[2]!)).size + 1);
    }
    const [, second, third] = segmentsIn(folder).map((name) => statSync(join(folder, name)).size);
    const smaller = new FileEventLog(folder, undefined, { ...keep, bytes: second! + 1 });
    expect([smaller.kept, smaller.first, smaller.bytes]).toEqual([2_001, 5_001, third]);
    utimesSync(join(folder, segmentsIn(folder)[0]!), 0, 0);
    expect(new FileEventLog(folder, undefined, keep).kept).toBe(4_001);
    log.forgetAcked();
    expect(everything(new FileEventLog(folder))).toHaveLength(1_000);
  });

  it('waits again when the centre lacks it, as far back as it is there', () => {
    const folder = makeTempFolder();
    const log = filled(folder);
    log.ack(1, 5_000);
    log.rewind(2, 3_000);
    log.rewind(1, 5_000);
    expect(log.first).toBe(5_001);
    log.rewind(1, 1_500);
    expect(everything(log).map(({ seq }) => seq)).toEqual(Array.from({ length: 4_500 }, (_, index) => 1_501 + index));
    const reopened = new FileEventLog(folder, undefined, keep);
    expect([reopened.first, reopened.next]).toEqual([1_501, 6_001]);
    reopened.ack(1, 6_000);
    expect([reopened.first, everything(reopened)]).toEqual([6_001, []]);
    const less = new FileEventLog(folder, undefined, { ...keep, bytes: 1 });
    less.rewind(1, 1_000);
    expect(less.first).toBe(6_001);
  });

  it('waits again only from behind the last damage', () => {
    const folder = makeTempFolder();
    const log = filled(folder);
    log.ack(1, 5_000);
    const path = onlySegment(folder);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
    log.rewind(1, 10);
    expect([log.kept, log.first]).toEqual([2_001, 2_001]);
  });

  it('is gone with its epoch', () => {
    const folder = makeTempFolder();
    const log = filled(folder);
    log.ack(1, 5_000);
    log.renew(2);
    expect([log.kept, log.first, log.next]).toEqual([1, 1, 1_001]);
    expect(segmentsIn(folder)).toHaveLength(1);
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

  it('loses only the damaged record of a segment, not what follows it', () => {
    const folder = makeTempFolder();
    const [a, b, c] = makeEvents(3);
    new FileEventLog(folder).append([a!, b!, c!]);
    const path = onlySegment(folder);
    const bytes = readFileSync(path);
    bytes[bytes.indexOf(b!.eventId)]! ^= 1;
    writeFileSync(path, bytes);
    const log = new FileEventLog(folder);
    expect(log.epoch).toBe(2);
    expect(everything(log).map(({ eventId }) => eventId)).toEqual([a!.eventId, c!.eventId, expect.anything()]);
    expect(everything(log)[2]?.data).toMatchObject({ kind: 'spool.lost', runEvents: 1, from: null });
    // Told once.
    expect(everything(new FileEventLog(folder))).toHaveLength(3);
  });

  it('counts a segment that is gone', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    for (let round = 0; round < 3; round += 1) log.append(makeEvents(2_000));
    rmSync(join(folder, segmentsIn(folder)[1]!));
    const reopened = new FileEventLog(folder);
    expect(reopened.next).toBe(4_002);
    expect(reopened.read(4_001, 1)[0]?.data).toMatchObject({ reason: 'damaged', runEvents: 2_000 });
  });

  it('goes on in a new epoch when it cannot tell how far its numbers were used', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    for (let round = 0; round < 3; round += 1) log.append(makeEvents(1_000));
    log.ack(1, 2_500);
    writeFileSync(join(folder, 'acked.json'), '{"epoch":');
    const reopened = new FileEventLog(folder);
    expect([reopened.epoch, reopened.first, reopened.next]).toEqual([2, 1, 1_001]);
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
    // What can be read is kept; one record was lost, and that is told.
    expect(numbers).toHaveLength(3_000);
    expect(everything(reopened).at(-1)?.data).toMatchObject({ kind: 'spool.lost', reason: 'damaged', runEvents: 1 });
    reopened.append(makeEvents(1));
    expect(everything(new FileEventLog(folder)).map((event) => event.seq)).toHaveLength(3_001);
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

describe('a log that is too big', () => {
  const finished = (start: ReturnType<typeof makeEvents>[number]) => {
    const output = { bytes: 0, stored: 0, sha256: '0'.repeat(64) };
    return makeEvent({
      ...start.data,
      kind: 'run.finished',
      finishedAt: start.at,
      durationMs: 0,
      state: 'succeeded',
      reason: null,
      exitCode: 0,
      output: { stdout: output, stderr: output, encoding: 'auto' },
    } as never);
  };

  it('drops starts whose ends it has, then the oldest results, and says what was lost', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    const starts = makeEvents(100);
    const ends = starts.map(finished);
    log.append(starts.flatMap((start, index) => [start, ends[index]!]));
    const before = log.bytes;

    // Half of it are starts, which the ends repeat: nothing is lost with them.
    expect(log.shrink(Math.floor(before * 0.8))).toBeUndefined();
    expect([log.epoch, everything(log).filter(({ data }) => data.kind === 'run.finished').length]).toEqual([2, 100]);

    const lost = log.shrink(Math.floor(before * 0.3));
    const kept = everything(log);
    const keptEnds = kept.filter(({ data }) => data.kind === 'run.finished');
    expect(lost).toMatchObject({ reason: 'size', otherEvents: 0, outputRuns: 0, runEvents: 100 - keptEnds.length });
    expect(keptEnds.map(({ eventId }) => eventId)).toEqual(ends.slice(-keptEnds.length).map(({ eventId }) => eventId));
    expect(kept.at(-1)?.data).toEqual(lost);
    expect(log.bytes).toBeLessThan(before * 0.3 + 12_000);
    expect(everything(new FileEventLog(folder))).toEqual(kept);
  });

  it('adds up what was lost before', () => {
    const log = new FileEventLog(makeTempFolder());
    log.append(makeEvents(50));
    log.shrink(0);
    const [told] = everything(log);
    expect(told?.data).toMatchObject({ kind: 'spool.lost', runEvents: 50 });
    log.append(makeEvents(20));
    log.shrink(0);
    expect(everything(log).map(({ data }) => data)).toMatchObject([{ kind: 'spool.lost', runEvents: 70 }]);
  });
});

describe('memory', () => {
  it('holds the segments in use, however much waits', () => {
    const folder = makeTempFolder();
    const log = new FileEventLog(folder);
    for (let round = 0; round < 6; round += 1) log.append(makeEvents(2_000));
    expect((log as unknown as { held: Map<number, unknown> }).held.size).toBe(2);
    expect(log.read(1_999, 4).map((event) => event.seq)).toEqual([1_999, 2_000, 2_001, 2_002]);
    expect(everything(log)).toHaveLength(12_000);
  });
});
