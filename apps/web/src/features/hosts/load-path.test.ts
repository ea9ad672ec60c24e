import { describe, expect, it } from 'vitest';
import { labelsIn, labelsText } from './labels-text.js';
import { loadPaths, nearest, stretchesOf } from './load-path.js';

const minute = 60_000;
const at = (minutes: number, percent: number | null) => ({ atMs: minutes * minute, percent });
const picture = { fromMs: 0, toMs: 100 * minute, width: 100, height: 50 };

describe('a line of load', () => {
  it('begins anew after a silence', () => {
    const values = [at(0, 10), at(5, 20), at(30, 30), at(35, null), at(40, 0)];
    expect(stretchesOf(values).map(({ length }) => length)).toEqual([2, 2]);
    expect(loadPaths(values, picture).line).toBe('M0.0,45.0 L5.0,40.0 M30.0,35.0 L40.0,50.0');
    expect(loadPaths(values, picture).area).toContain('M30.0,50 L30.0,35.0 L40.0,50.0 L40.0,50 Z');
  });

  it('tells the value near a time, and none in a silence', () => {
    const values = [at(0, 10), at(5, 20), at(60, 30)];
    expect(nearest(values, 4 * minute)?.percent).toBe(20);
    expect(nearest(values, 30 * minute)).toBeUndefined();
    expect(nearest([], 0)).toBeUndefined();
  });
});

describe('labels as text', () => {
  it('are read and written', () => {
    expect(labelsIn(' role=db, env=a=b  odd')).toEqual({ role: 'db', env: 'a=b', odd: '' });
    expect(labelsText({ role: 'db', env: 'prod' })).toBe('role=db env=prod');
  });
});
