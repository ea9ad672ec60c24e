import { describe, expect, it } from 'vitest';
import { lateWords as lateEn } from './en/late-words.js';
import { words as firstEn } from './en/words.js';
import { lateWords as lateZh } from './zh/late-words.js';
import { words as firstZh } from './zh/words.js';

const en = { ...firstEn, ...lateEn };
const zh = { ...firstZh, ...lateZh };
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
const chinese: Record<string, string> = zh;

describe('the words of both languages', () => {
  it('are the same ones, none of them empty; a singular is English alone', () => {
    const shared = Object.keys(en).filter((key) => !key.endsWith('_one'));
    expect(Object.keys(zh).sort()).toEqual(shared.sort());
    expect(Object.values(zh).filter((word) => word.trim() === '')).toEqual([]);
  });

  it('have the same places for values', () => {
    const differs = Object.entries(en).filter(([key, text]) => {
      const other = chinese[key.replace(/_one$/, '_other')];
      if (other === undefined) return true;
      // A singular may leave its numbers to the words: “the last run failed”.
      if (key.endsWith('_one')) return holes(text).some((hole) => !holes(other).includes(hole));
      return holes(other).join() !== holes(text).join();
    });
    expect(differs).toEqual([]);
  });

  it('have a plural for each singular', () => {
    const lonely = Object.keys(en).filter((key) => key.endsWith('_one') && !(key.replace(/_one$/, '_other') in en));
    expect(lonely).toEqual([]);
  });
});
