import { describe, expect, it } from 'vitest';
import { countChanges, diffLines } from './diff-lines.js';

const shown = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

describe('two texts line by line', () => {
  it.each([
    ['a\nb\nc\n', 'a\nb\nc\n', [' a', ' b', ' c']],
    ['a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['', 'a\nb', ['+a', '+b']],
    ['a\nb', '', ['-a', '-b']],
    ['', '', []],
    ['a\r\nb\r\n', 'a\nb\n', [' a', ' b']],
    ['a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc', ['-a', '-b', ' c', '+b', ' a', ' b', '-b', ' a', '+c']],
    ['a\n\nb', 'a\n\n\nb', [' a', ' ', '+', ' b']],
  ])('%j to %j', (before, after, expected) => expect(shown(before, after)).toEqual(expected));

  it('have their own numbers', () => {
    expect(diffLines('a\nb\nc', 'b\nc\nd').map(({ before, after }) => [before, after])).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
      [null, 3],
    ]);
    expect(countChanges(diffLines('a\nb\nc', 'b\nc\nd'))).toEqual({ added: 1, removed: 1 });
  });

  it('give both texts back, whatever they are', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
    const wrong = Array.from({ length: 300 }, () => [text(), text()] as const).filter(([before, after]) => {
      const lines = diffLines(before, after);
      const side = (without: string) => lines.flatMap((line) => (line.kind === without ? [] : [line.text])).join('\n');
      return side('added') !== before || side('removed') !== after;
    });
    expect(wrong).toEqual([]);
  });

  it('that have nothing in common are told as such, however long', () => {
    const many = (letter: string) => Array.from({ length: 700 }, (_, line) => `${letter}${line}`).join('\n');
    expect(countChanges(diffLines(`same\n${many('a')}`, `same\n${many('b')}`))).toEqual({ added: 700, removed: 700 });
  });
});
