import { describe, expect, it } from 'vitest';
import { en } from './en.js';
import { zh } from './zh.js';

const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe('the words of both languages', () => {
  it('are the same ones, none of them empty', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    expect(Object.values(zh).filter((word) => word.trim() === '')).toEqual([]);
  });

  it('have the same places for values', () => {
    const keys = Object.keys(en) as (keyof typeof en)[];
    expect(keys.filter((key) => holes(zh[key]).join() !== holes(en[key]).join())).toEqual([]);
  });
});
