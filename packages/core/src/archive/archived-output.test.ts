import { describe, expect, it } from 'vitest';
import { type ArchivedPiece, joinPieces, packOutput, unpackOutput } from './archived-output.js';

const run = { id: 'r1', job: 'nightly' };
const piece = (stream: 0 | 1, offset: number, text: string | Buffer, droppedBefore = 0): ArchivedPiece => ({
  stream,
  offset,
  atMs: 1_700_000_000_000 + offset,
  droppedBefore,
  data: Buffer.from(text as string),
});

describe('packed output', () => {
  it('comes back piece by piece, whatever bytes it is made of', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const pieces = [piece(0, 0, 'a\n'), piece(0, 2, all, 5_000), piece(1, 0, '错误\n'), piece(1, 7, '')];
    expect(unpackOutput('r1', packOutput(run, [...pieces].reverse()))).toEqual(pieces);
    expect(unpackOutput('r1', packOutput(run, []))).toEqual([]);
  });

  it('is text after its first line, standard output first', () => {
    const body = packOutput(run, [piece(1, 0, 'bad\n'), piece(0, 0, 'good\n')]).toString();
    expect(body.slice(body.indexOf('\n') + 1)).toBe('good\nbad\n');
    expect(JSON.parse(body.split('\n')[0] ?? '')).toMatchObject({ carillon: 1, run: 'r1', job: 'nightly' });
  });

  const packed = packOutput(run, [piece(0, 0, 'hello')]);
  it.each([
    ['of another run', 'r2', packed, 'expected that of run r2'],
    ['cut short', 'r1', packed.subarray(0, -1), 'expected'],
    ['with more behind it', 'r1', Buffer.concat([packed, Buffer.of(0)]), 'expected'],
    ['without its line', 'r1', Buffer.from('hello'), 'expected that of run r1'],
    ['whose line says something else', 'r1', Buffer.from('{"carillon":2}\n'), 'expected that of run r1'],
    [
      'with a length that is none',
      'r1',
      Buffer.from('{"carillon":1,"run":"r1","job":"j","pieces":[[0,0,0,0,-1]]}\n'),
      'that of',
    ],
  ])('%s is refused', (_what, id, body, message) => {
    expect(() => unpackOutput(id, body)).toThrow(message);
  });
});

describe('pieces of two places', () => {
  it('are each there once, in their order', () => {
    const joined = joinPieces([piece(0, 0, 'a'), piece(1, 0, 'e')], [piece(0, 0, 'a'), piece(0, 1, 'b')]);
    expect(joined.map(({ stream, data }) => [stream, Buffer.from(data).toString()])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [1, 'e'],
    ]);
  });
});
