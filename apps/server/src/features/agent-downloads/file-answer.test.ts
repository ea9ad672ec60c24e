import { describe, expect, it } from 'vitest';
import { answerForFile } from './file-answer.js';

const file = { etag: '"abc"', bytes: 1_000 };
const whole = { status: 200, start: 0, end: 999 };

describe('which part of a file is sent', () => {
  it.each([
    [{}, whole],
    [{ range: 'bytes=0-' }, { status: 206, start: 0, end: 999 }],
    [{ range: 'bytes=10-19' }, { status: 206, start: 10, end: 19 }],
    [{ range: 'bytes=990-5000' }, { status: 206, start: 990, end: 999 }],
    [{ range: 'bytes=-10' }, { status: 206, start: 990, end: 999 }],
    [{ range: 'bytes=-5000' }, { status: 206, start: 0, end: 999 }],
    [{ range: 'bytes=1000-' }, { status: 416 }],
    [{ range: 'bytes=-0' }, { status: 416 }],
    // Not understood: the whole file, as if nothing had been said.
    [{ range: 'bytes=20-10' }, whole],
    [{ range: 'bytes=0-1,5-6' }, whole],
    [{ range: 'bytes=-' }, whole],
    [{ range: 'lines=1-2' }, whole],
    // A part of another version would be worse than none.
    [{ range: 'bytes=10-', ifRange: '"old"' }, whole],
    [{ range: 'bytes=10-', ifRange: 'W/"abc"' }, whole],
    [
      { range: 'bytes=10-', ifRange: '"abc"' },
      { status: 206, start: 10, end: 999 },
    ],
    [{ ifNoneMatch: '"x", W/"abc"' }, { status: 304 }],
    [{ ifNoneMatch: '*', range: 'bytes=0-1' }, { status: 304 }],
    [{ ifNoneMatch: '"abcd"' }, whole],
  ])('%j', (request, expected) => {
    expect(answerForFile(request, file)).toEqual(expected);
  });

  it('is nothing of an empty one', () => {
    expect(answerForFile({}, { etag: '"e"', bytes: 0 })).toEqual({ status: 200, start: 0, end: -1 });
    expect(answerForFile({ range: 'bytes=0-' }, { etag: '"e"', bytes: 0 })).toEqual({ status: 416 });
  });
});
