import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTimeZone, offsetMs, readZonesFrom } from '@carillon/wintask/time/zone';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { hostTimezone, runtimeTimezone, tellHostTimezone } from './host-timezone.js';
import { findZones, isStillHost, readKnownZones } from './known-zones.js';
import { keepZones, useZoneFile } from './zone-memory.js';

const nowMs = Date.UTC(2026, 10, 26);
const { env } = process;

afterEach(() => {
  tellHostTimezone(runtimeTimezone());
  readZonesFrom(() => undefined);
});

describe('zones found by another process', () => {
  it('are asked for once each, and kept for the next start and the runners', () => {
    const file = join(makeTempFolder(), 'zones.json');
    const all = findZones(['Asia/Tokyo'], env);
    const asked: (readonly string[])[] = [];
    const ask = (names: readonly string[]) => {
      asked.push(names);
      const tables = Object.fromEntries([all.host, ...names].map((name) => [name, all.tables[name] ?? null]));
      return { ...all, tables };
    };
    keepZones(file, env, ask);
    expect(offsetMs('Asia/Tokyo', nowMs)).toBe(9 * 3_600_000);
    expect(isTimeZone('Asia/Nowhere')).toBe(false);
    expect(isTimeZone('--version')).toBe(false);
    expect(asked).toEqual([[], ['Asia/Tokyo'], ['Asia/Nowhere']]);
    keepZones(file, env, ask);
    expect(asked[3]).toEqual([runtimeTimezone(), 'Asia/Tokyo']);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).tables)).toEqual([runtimeTimezone(), 'Asia/Tokyo']);
  });

  it('leave the runtime to answer when that process fails', () => {
    const file = join(makeTempFolder(), 'zones.json');
    keepZones(file, env, () => undefined);
    expect(hostTimezone({})).toBe(runtimeTimezone());
    expect(offsetMs('Asia/Seoul', nowMs)).toBe(9 * 3_600_000);
  });

  it('are what a runner goes by', () => {
    const file = join(makeTempFolder(), 'zones.json');
    const found = findZones([], env);
    const table = found.tables[found.host]!;
    writeFileSync(file, JSON.stringify({ ...found, host: 'Etc/Named', tables: { 'Etc/Named': table } }));
    useZoneFile(file, env, nowMs);
    expect(hostTimezone({})).toBe('Etc/Named');
    expect(hostTimezone({ CARILLON_EMULATOR_TIMEZONE: 'Asia/Tokyo' })).toBe('Asia/Tokyo');
  });

  it.each([
    ['damaged', '{"release":'],
    ['of another release', JSON.stringify({ ...findZones([], env), release: '1999a' })],
    ['found with another TZ', JSON.stringify({ ...findZones([], env), tz: 'Mars/Base' })],
    ['without a table', JSON.stringify({ ...findZones([], env), tables: {} })],
    [
      'of another host zone',
      JSON.stringify({ ...findZones([], env), host: 'Etc/Named', tables: { 'Etc/Named': [0, 60] } }),
    ],
  ])('are not used when the file is %s', (_, text) => {
    const file = join(makeTempFolder(), 'zones.json');
    writeFileSync(file, text);
    useZoneFile(file, env, nowMs);
    expect(hostTimezone({})).toBe(runtimeTimezone());
  });

  it('are another host’s when its clocks change at other times', () => {
    const zones = findZones(['Europe/Berlin'], env);
    expect(isStillHost(zones, nowMs)).toBe(true);
    const host = runtimeTimezone() === 'Europe/Berlin' ? 'UTC' : 'Europe/Berlin';
    expect(isStillHost({ ...zones, host, tables: { UTC: [0, 0], ...zones.tables } }, nowMs)).toBe(false);
  });

  it('may be none', () =>
    expect([null, 7, [], {}].map((raw) => readKnownZones(raw, env))).toEqual(Array(4).fill(undefined)));
});
