import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { offsetMs, readZonesFrom } from './zone.js';
import { isZoneTable, offsetInTable, tableOf } from './zone-table.js';

const zones = ['UTC', 'Europe/Berlin', 'America/Recife', 'Africa/Casablanca', 'Australia/Lord_Howe', 'Asia/Gaza'];

afterEach(() => readZonesFrom(() => undefined));

describe('a table of a zone', () => {
  it('says what the runtime says, from 1970 until the rules repeat', () => {
    const tables = new Map(zones.map((zone) => [zone, tableOf(zone)]));
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 5_017_000_000 }), (zone, seconds) => {
        expect([zone, offsetInTable(tables.get(zone)!, seconds * 1000)]).toEqual([
          zone,
          offsetMs(zone, seconds * 1000),
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes at the very instant', () => {
    const table = tableOf('Europe/Berlin');
    const change = Date.parse('2026-03-29T01:00:00Z');
    expect([change - 1, change].map((ms) => offsetInTable(table, ms))).toEqual([3_600_000, 7_200_000]);
  });

  it('leaves what lies before it to the runtime', () => {
    expect(offsetInTable(tableOf('Europe/Berlin'), -1)).toBeUndefined();
    readZonesFrom(() => () => undefined);
    expect(offsetMs('America/New_York', Date.UTC(1950, 6, 1))).toBe(-4 * 3_600_000);
  });

  it('stands in for the runtime', () => {
    const table = [0, 60, 1_000, 120];
    readZonesFrom((zone) => (zone === 'Pacific/Honolulu' ? (ms) => offsetInTable(table, ms) : undefined));
    expect([offsetMs('Pacific/Honolulu', 999_999), offsetMs('Pacific/Honolulu', 1_000_000)]).toEqual([60_000, 120_000]);
    expect(offsetMs('Pacific/Auckland', Date.UTC(2026, 0, 1))).toBe(13 * 3_600_000);
  });

  it.each([
    [[0, 3600], true],
    [[0, 3600, 5], false],
    [[1, 3600], false],
    [['0', 1], false],
    [{}, false],
  ])('knows whether %j can be one', (value, is) => expect(isZoneTable(value)).toBe(is));
});
