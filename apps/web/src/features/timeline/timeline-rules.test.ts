import { describe, expect, it, vi } from 'vitest';
import { layOut, pinsOf, type TimelineRun } from './lay-out.js';
import { loadedSpan, nextZoom, ticksOf, visibleSpan, zoomMs } from './time-window.js';
import { partsOf, visibleRows } from './visible-rows.js';

const hourMs = 3_600_000;
const start = Date.parse('2026-11-27T00:00:00Z');
const picture = { span: { fromMs: start, toMs: start + hourMs }, width: 600, nowMs: start + hourMs / 2 };
const iso = (minute: number) => new Date(start + minute * 60_000).toISOString();

function run(from: number, to: number | null, state: TimelineRun['state'] = 'succeeded'): TimelineRun {
  return { id: `${from}`, job: 'j', host: 'h', state, startedAt: iso(from), finishedAt: to === null ? null : iso(to) };
}
const told = (runs: TimelineRun[]) =>
  layOut(runs, picture).marks.map(({ x, width, lane, state, runs: { length } }) => [x, width, lane, state, length]);

describe('bars of a row', () => {
  it('stand where the run was, ten pixels a minute here, and can always be seen', () => {
    expect(told([run(1, 4), run(10, 10)])).toEqual([
      [10, 30, 0, 'succeeded', 1],
      [100, 4, 0, 'succeeded', 1],
    ]);
  });

  it('of runs at the same time lie below each other, and take up a free lane again', () => {
    expect(told([run(0, 10), run(1, 3), run(5, 6)]).map(([, , lane]) => lane)).toEqual([0, 1, 1]);
  });

  it('join where there is no room, and look like the gravest of them', () => {
    const four = [run(0, 10), run(1, 10), run(2, 9), run(3, 12, 'failed'), run(4, 5)];
    // The third lane is free first; once it holds two, it is the first one.
    expect(told(four)).toEqual([
      [0, 100, 0, 'succeeded', 2],
      [10, 90, 1, 'succeeded', 1],
      [20, 100, 2, 'failed', 2],
    ]);
  });

  it('of what is under way reach up to now; of what nobody knows the end they are short', () => {
    expect(told([run(20, null, 'running'), run(40, null, 'indeterminate')])).toEqual([
      [200, 100, 0, 'running', 1],
      [400, 4, 0, 'indeterminate', 1],
    ]);
  });
});

describe('starts to come', () => {
  it('that are too close to each other are one pin', () => {
    const fires = [0, 0.5, 2, 30].map((minute) => ({ at: iso(minute), job: 'j', hosts: 1 }));
    expect(pinsOf(fires, picture).map(({ x, fires: { length } }) => [x, length])).toEqual([
      [0, 2],
      [20, 1],
      [300, 1],
    ]);
  });
});

describe('the window', () => {
  it('follows now, most of it past, or stands where somebody put it', () => {
    expect(visibleSpan('1h', undefined, start)).toEqual({ fromMs: start - 0.7 * hourMs, toMs: start + 0.3 * hourMs });
    expect(visibleSpan('24h', start, 0)).toEqual({ fromMs: start, toMs: start + 24 * hourMs });
  });

  it('has loaded at least half of itself more on both sides, the same while it moves a little', () => {
    for (const offset of [0, 0.1, 0.25, 0.49]) {
      const seen = visibleSpan('6h', start + offset * zoomMs['6h'], 0);
      const loaded = loadedSpan(seen);
      expect(seen.fromMs - loaded.fromMs).toBeGreaterThanOrEqual(zoomMs['6h'] / 2);
      expect(loaded.toMs - seen.toMs).toBeGreaterThanOrEqual(zoomMs['6h'] / 2);
      expect(loaded).toEqual(loadedSpan(visibleSpan('6h', start, 0)));
    }
  });

  it('zooms by one step and no further than the ends', () => {
    expect([nextZoom('1h', 1), nextZoom('1h', -1), nextZoom('7d', 1)]).toEqual(['6h', '1h', '7d']);
  });

  it('has round times, as many as there is room for', () => {
    const local = new Date(2026, 10, 27, 8, 3).getTime();
    const minutes = (width: number) =>
      ticksOf({ fromMs: local, toMs: local + hourMs }, width).map(({ atMs }) => new Date(atMs).getMinutes());
    expect(minutes(600)).toEqual([10, 20, 30, 40, 50, 0]);
    expect(minutes(280)).toEqual([15, 30, 45, 0]);
    const week = ticksOf({ fromMs: local, toMs: local + 168 * hourMs }, 700);
    expect([week.length, week.every(({ isDay }) => isDay)]).toEqual([7, true]);
  });

  it('has no time twice where an hour is left out, and both where one comes twice', () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    try {
      const written = (from: string) => {
        const fromMs = Date.parse(from);
        const ticks = ticksOf({ fromMs, toMs: fromMs + 3 * hourMs }, 816);
        expect(new Set(ticks.map(({ atMs }) => atMs)).size).toBe(ticks.length);
        return ticks.map(({ atMs }) => new Date(atMs).toTimeString().slice(0, 5)).join(' ');
      };
      expect(written('2027-03-28T00:00:00Z')).toBe(
        '01:00 01:15 01:30 01:45 03:00 03:15 03:30 03:45 04:00 04:15 04:30 04:45 05:00',
      );
      expect(written('2026-10-25T00:00:00Z')).toBe(
        '02:00 02:15 02:30 02:45 02:00 02:15 02:30 02:45 03:00 03:15 03:30 03:45 04:00',
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a long list', () => {
  it('draws what is seen and a little more', () => {
    expect(visibleRows(2_000, 40, { scrollTop: 4_000, height: 400 })).toEqual({ first: 96, end: 114 });
    expect(visibleRows(3, 40, { scrollTop: 0, height: 400 })).toEqual({ first: 0, end: 3 });
    expect(visibleRows(3, 40, { scrollTop: 9_000, height: 400 })).toEqual({ first: 3, end: 3 });
  });

  it('fetches the parts that hold it, the first one also while nothing is known', () => {
    expect(partsOf({ first: 96, end: 114 }, 40)).toEqual([80]);
    expect(partsOf({ first: 70, end: 90 }, 40)).toEqual([40, 80]);
    expect(partsOf({ first: 0, end: 0 }, 40)).toEqual([0]);
  });
});
