import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLocal, parseWallClock } from './wall-clock.js';
import { fromLocal, isTimeZone, type LocalDateTime, offsetMs, toLocal, transitions } from './zone.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Africa/Cairo',
];

function at(text: string): LocalDateTime {
  return toLocal('UTC', Date.parse(`${text}Z`));
}

describe('zones', () => {
  it.each([
    ['at any instant', { min: 1_262_304_000, max: 2_145_916_800 }],
    ['in years far away, whose rules repeat', { min: 4_100_000_000, max: 200_000_000_000 }],
  ])('agrees with the runtime %s', (_, range) => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer(range), (zone, seconds) => {
        const shown = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        }).format(seconds * 1000);
        expect(formatLocal(toLocal(zone, seconds * 1000))).toBe(shown.replace(' ', 'T'));
      }),
      { numRuns: 500 },
    );
  });

  it('misses no change of any zone, not even a week of summer time', () => {
    const fromMs = Date.UTC(2000, 0, 1);
    const untilMs = Date.UTC(2045, 0, 1);
    for (const zone of ['America/Recife', 'Asia/Gaza', 'Africa/Casablanca', 'Africa/Cairo']) {
      const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
      const offset = (ms: number) => format.format(ms).split('GMT')[1];
      let changes = 0;
      for (let ms = fromMs; ms < untilMs; ms += 86_400_000) if (offset(ms) !== offset(ms + 86_400_000)) changes += 1;
      expect([zone, transitions(zone, fromMs, untilMs).length]).toEqual([zone, changes]);
    }
  });

  it('finds a local reading again', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.integer({ min: 1_262_304_000, max: 2_145_916_800 }),
        (zone, seconds) => {
          const found = fromLocal(zone, toLocal(zone, seconds * 1000));
          if (found.kind === 'overlap') expect([found.first, found.second]).toContain(seconds * 1000);
          else expect(found).toEqual({ kind: 'unique', at: seconds * 1000 });
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:00:00'],
    ['America/New_York', '2026-03-08T02:00:00', '2026-03-08T07:00:00'],
    ['Australia/Lord_Howe', '2026-10-04T02:15:00', '2026-10-03T15:30:00'],
    ['Pacific/Apia', '2011-12-30T12:00:00', '2011-12-30T10:00:00'],
  ])('moves a skipped time in %s to the first instant after', (zone, local, utc) => {
    expect(fromLocal(zone, at(local))).toEqual({ kind: 'gap', at: Date.parse(`${utc}Z`) });
  });

  it('gives both instants of a doubled time', () => {
    const first = Date.parse('2026-10-25T00:30:00Z');
    expect(fromLocal('Europe/Berlin', at('2026-10-25T02:30:00'))).toEqual({
      kind: 'overlap',
      first,
      second: first + 3_600_000,
    });
  });

  it('lists the changes of a year', () => {
    const found = transitions('Europe/Berlin', Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1));
    expect(found.map((change) => new Date(change.atMs).toISOString())).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
    ]);
    expect(transitions('Asia/Shanghai', Date.UTC(2026, 0, 1), Date.UTC(2030, 0, 1))).toEqual([]);
    expect(offsetMs('Asia/Kathmandu', 0)).toBe(5.5 * 3_600_000);
  });

  it.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Etc/GMT+5', true],
    ['', false],
    ['Europe/Nowhere', false],
    ['+02:00', false],
    ['W. Europe Standard Time', false],
  ])('knows whether %j is a zone', (name, known) => expect(isTimeZone(name)).toBe(known));
});

describe('date and time texts', () => {
  it('reads local, UTC and offset forms', () => {
    const wallMs = Date.UTC(2026, 2, 1, 2, 30);
    expect(parseWallClock('2026-03-01T02:30')).toEqual({ wallMs });
    expect(parseWallClock('2026-03-01T02:30:00.1234567')).toEqual({ wallMs });
    expect(parseWallClock('2026-03-01T02:30:00Z')).toEqual({ wallMs, offsetMs: 0 });
    expect(parseWallClock('2026-03-01T02:30:00-01:30')).toEqual({ wallMs, offsetMs: -5_400_000 });
  });

  it.each(['2026-02-30T00:00', '2026-03-01', '2026-03-01 02:30', '2026-03-01T24:00', ''])('refuses %j', (text) => {
    expect(parseWallClock(text)).toBeUndefined();
  });
});
