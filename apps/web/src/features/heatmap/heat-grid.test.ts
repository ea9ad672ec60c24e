import { describe, expect, it } from 'vitest';
import { byFive, cellsOf, fullest, heatDays, heatOf, midnight, shortCount } from './heat-grid.js';

const hourMs = 3_600_000;
const start = midnight(new Date(2026, 10, 27, 15).getTime());

describe('the grid of hours', () => {
  it('has a row for each day and finds the fullest hour', () => {
    const hours = Array.from({ length: 48 }, (_, hour) => (hour === 26 ? 90 : 1));
    const days = heatDays(cellsOf(start, hours), start, 2);
    expect(days.map(({ cells }) => cells.length)).toEqual([24, 24]);
    expect(days[1]?.cells[2]).toEqual({ atMs: start + 26 * hourMs, starts: 90, bad: 0 });
    expect(fullest(days)?.atMs).toBe(start + 26 * hourMs);
    expect(fullest(heatDays([], start, 2))).toBeUndefined();
  });

  it('adds up what falls into one hour of the clock', () => {
    const twice = [0, 0].map((_, index) => ({ atMs: start + index * 60_000, starts: 3, bad: index }));
    expect(heatDays(twice, start, 1)[0]?.cells[0]).toMatchObject({ starts: 6, bad: 1 });
  });

  it('goes from midnight to midnight', () => {
    expect(new Date(start).getHours()).toBe(0);
    expect(new Date(midnight(start, -6)).getDate()).toBe(21);
  });

  it('keeps small numbers visible and numbers short', () => {
    expect([heatOf(1, 100), heatOf(100, 100), heatOf(0, 0)]).toEqual([0.1, 1, 0]);
    expect([0.25, 7, 950.4, 1_234, 34_500].map(shortCount)).toEqual(['0.3', '7', '950', '1.2k', '35k']);
    expect(byFive([1, 1, 1, 1, 1, 2, 0, 0, 0, 0, 9])).toEqual([5, 2, 9]);
  });
});
