import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startedEvent } from '../testing/samples.js';
import { FileEventLog, MemoryEventLog } from './event-log.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const many = (count: number) => Array.from({ length: count }, () => startedEvent());
const segments = () => readdirSync(folder).filter((name) => name.endsWith('.seg'));

describe.each([
  ['on disk', () => new FileEventLog(folder)],
  ['in memory', () => new MemoryEventLog()],
])('the event log %s', (_, open) => {
  it('numbers events from 1 and forgets them only after the ack', () => {
    const log = open();
    log.append(many(3));
    expect([log.epoch, log.first, log.next]).toEqual([1, 1, 4]);
    log.ack(1, 2);
    expect(log.read(log.first, 10).map((event) => event.seq)).toEqual([3]);
    log.ack(1, 1);
    expect(log.first).toBe(3);
  });

  it('renumbers what is not acked in a new epoch, and keeps its ids', () => {
    const log = open();
    const [a, b, c] = many(3);
    log.append([a, b, c].flatMap((event) => event ?? []));
    log.ack(1, 1);
    log.renew(2);
    expect([log.epoch, log.first, log.next]).toEqual([2, 1, 3]);
    expect(log.read(1, 10).map(({ seq, eventId }) => [seq, eventId])).toEqual([
      [1, b?.eventId],
      [2, c?.eventId],
    ]);
    log.append(many(1));
    expect(log.next).toBe(4);
    log.ack(1, 3);
    expect(log.first).toBe(1);
  });
});

describe('the event log after a crash', () => {
  it('has everything again, and goes on counting', () => {
    const before = new FileEventLog(folder);
    before.append(many(4_500));
    before.ack(1, 2_100);
    const after = new FileEventLog(folder);
    expect([after.first, after.next]).toEqual([2_101, 4_501]);
    expect(after.read(4_500, 10)).toEqual(before.read(4_500, 10));
    after.append(many(1));
    expect(new FileEventLog(folder).next).toBe(4_502);
  });

  it('deletes segments whose events are all acked', () => {
    const log = new FileEventLog(folder);
    for (let batch = 0; batch < 5; batch += 1) log.append(many(1_000));
    expect(segments()).toHaveLength(3);
    log.ack(1, 4_000);
    expect(segments()).toHaveLength(1);
    log.ack(1, 5_000);
    expect(segments()).toHaveLength(0);
    log.append(many(1));
    expect(new FileEventLog(folder).read(5_001, 5).map((event) => event.seq)).toEqual([5_001]);
  });

  it('drops a record that was cut off anywhere, and nothing before it', () => {
    const log = new FileEventLog(folder);
    log.append(many(2));
    const name = segments()[0] ?? '';
    const whole = readFileSync(join(folder, name));
    const secondAt = whole.indexOf('\n') + 1;
    for (let length = secondAt; length < whole.length; length += 7) {
      writeFileSync(join(folder, name), whole.subarray(0, length));
      const opened = new FileEventLog(folder);
      expect(opened.next).toBe(2);
      opened.append(many(1));
      expect(new FileEventLog(folder).next).toBe(3);
    }
  });

  it('does not believe a damaged record', () => {
    new FileEventLog(folder).append(many(2));
    const path = join(folder, segments()[0] ?? '');
    const bytes = readFileSync(path);
    bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(new FileEventLog(folder).next).toBe(2);
  });

  it('takes an event that is offered again only once', () => {
    const [event] = many(1);
    if (!event) return;
    new FileEventLog(folder).append([event]);
    const log = new FileEventLog(folder);
    log.append([event]);
    expect(log.next).toBe(2);
  });
});
