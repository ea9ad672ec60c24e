import { createHash, randomBytes } from 'node:crypto';
import { limits } from '@carillon/contract/limits';
import { describe, expect, it, vi } from 'vitest';
import type { OutputRecord } from './output-file.js';
import { StreamRecorder, streamAllowance } from './output-recorder.js';

function record(headBytes: number, tailBytes: number, take: (record: OutputRecord) => void = () => undefined) {
  const records: OutputRecord[] = [];
  const file = {
    write: (each: OutputRecord) => {
      take(each);
      records.push({ ...each, data: Buffer.from(each.data) });
    },
  };
  return { records, recorder: new StreamRecorder('stdout', file, headBytes, tailBytes, () => 7) };
}

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const dataOf = (records: OutputRecord[]) => Buffer.concat(records.map((each) => each.data));

describe('a stream', () => {
  it.each([
    ['fits', 100, 50, 100],
    ['fits head and tail together', 100, 900, 1_000],
    ['is one byte too long', 100, 900, 1_001],
    ['is much too long', 100, 900, 50_000],
    ['has no head', 0, 64, 1_000],
    ['has no tail', 64, 0, 1_000],
  ])('that %s: head, tail, and what is between them is counted', (_name, head, tail, length) => {
    const whole = randomBytes(length);
    const { records, recorder } = record(head, tail);
    for (let at = 0; at < length; at += 333) recorder.write(whole.subarray(at, at + 333));
    const summary = recorder.end();

    const kept = dataOf(records);
    const missing = records.reduce((sum, each) => sum + each.droppedBefore, 0);
    expect(summary).toEqual({ bytes: length, stored: kept.length, sha256: sha256(whole) });
    expect(kept.length).toBe(Math.min(length, head + tail));
    if (tail > 0) expect(missing).toBe(length - kept.length);
    expect(kept.subarray(0, head)).toEqual(whole.subarray(0, head));
    expect(kept.subarray(head)).toEqual(
      length > head ? whole.subarray(length - (kept.length - head)) : Buffer.alloc(0),
    );
  });

  it('comes in records that a frame can hold, one after the other', () => {
    const { records, recorder } = record(300_000, 0);
    recorder.write(Buffer.alloc(200_000, 1));
    recorder.end();
    let offset = 0;
    for (const each of records) {
      expect(each.data.length).toBeLessThanOrEqual(limits.logDataBytes);
      expect(each.offset).toBe(offset);
      offset += each.data.length;
    }
  });

  it('is written soon, though the program goes on', async () => {
    const { records, recorder } = record(1_000, 0);
    recorder.write(Buffer.from('begun'));
    await vi.waitFor(() => expect(dataOf(records).toString()).toBe('begun'), { interval: 10 });
    recorder.end();
    recorder.write(Buffer.from('late'));
    expect(dataOf(records).toString()).toBe('begun');
  });

  it('goes on when the disk does not take a record: its bytes count as dropped', () => {
    let full = true;
    const { records, recorder } = record(2 * limits.logDataBytes, 40, () => {
      if (full) throw new Error('ENOSPC');
    });
    recorder.write(Buffer.alloc(limits.logDataBytes, 1));
    full = false;
    recorder.write(Buffer.alloc(limits.logDataBytes, 2));
    expect(recorder.end()).toMatchObject({ bytes: 2 * limits.logDataBytes, stored: limits.logDataBytes });
    expect(records[0]?.droppedBefore).toBe(limits.logDataBytes);
    expect(records[0]?.offset).toBe(0);
  });
});

describe('the allowance of a run', () => {
  it.each([4_096, 65_536, 1_048_576, 1_048_577])('%i bytes are never exceeded by both streams', (keepBytes) => {
    const { headBytes, tailBytes } = streamAllowance(keepBytes);
    expect(2 * (headBytes + tailBytes)).toBeLessThanOrEqual(keepBytes);
    expect(tailBytes).toBeGreaterThan(headBytes);
  });
});
