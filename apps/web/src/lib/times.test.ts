import { afterEach, describe, expect, it } from 'vitest';
import { chooseZone, openZoneChoice, zoneChoice } from './time-zone.js';
import { localTime, readableTimes, relativeTime, timeIn, wholeDuration, zonedTime } from './times.js';

const at = '2026-11-23T20:00:05.250Z';

afterEach(() => localStorage.clear());

describe('a time', () => {
  it('is told by the clock of a host, with its distance from UTC', () => {
    expect(zonedTime(at, 'Asia/Shanghai')).toBe('2026-11-24 04:00:05 +08:00');
    expect(zonedTime(at, 'America/New_York')).toBe('2026-11-23 15:00:05 -05:00');
    expect(zonedTime(at, 'UTC')).toBe('2026-11-23 20:00:05 +00:00');
    expect(zonedTime(at, 'W. Europe Standard Time')).toBeNull();
  });

  it('is told by the clock that was chosen, and by the own one where that of the host is not known', () => {
    expect(timeIn('utc', at, 'Asia/Shanghai')).toBe('2026-11-23 20:00:05 UTC');
    expect(timeIn('host', at, 'Asia/Shanghai')).toBe('2026-11-24 04:00:05 +08:00');
    expect(timeIn('host', at, 'nonsense')).toBe(localTime(at));
    expect(timeIn('host', at)).toBe(localTime(at));
    expect(timeIn('own', at, 'Asia/Shanghai')).toBe(localTime(at));
  });

  it('is told from now on, in the largest unit that fits', () => {
    const now = Date.parse(at);
    const from = (ms: number, language = 'en') => relativeTime(new Date(now + ms).toISOString(), now, language);
    expect([from(-59_000), from(-3_599_000), from(-26 * 3_600_000)]).toEqual([
      '59 sec. ago',
      '59 min. ago',
      'yesterday',
    ]);
    expect(from(2 * 3_600_000)).toBe('in 2 hr.');
    // Of what has just happened, on a clock that is a little ahead.
    expect(from(1_500)).toBe('now');
    expect(from(-300_000, 'zh')).toBe('5分钟前');
  });
});

describe('the chosen clock', () => {
  it('is kept for each user of a browser', () => {
    openZoneChoice('ann');
    chooseZone('utc');
    openZoneChoice('bob');
    expect(zoneChoice()).toBe('own');
    chooseZone('host');
    openZoneChoice('ann');
    expect(zoneChoice()).toBe('utc');
    localStorage.setItem('carillon-zone:cid', 'mars');
    openZoneChoice('cid');
    expect(zoneChoice()).toBe('own');
  });
});

describe('times that are read by people', () => {
  it('a time that was set has no parts that are nothing', () => {
    const minute = 60_000;
    const said = [30_000, 15 * minute, 90_000, 60 * minute, 90 * minute].map(wholeDuration);
    expect(said).toEqual(['30s', '15m', '1m 30s', '1h', '1h 30m']);
  });

  it('instants within a sentence read as elsewhere; what a task itself says stays', () => {
    expect(readableTimes('the run of 2026-11-24T11:38:35.426Z ended as succeeded')).toBe(
      'the run of 2026-11-24 11:38:35 UTC ended as succeeded',
    );
    const boundary = 'wanted "2024-01-01T05:15:00"';
    expect(readableTimes(boundary)).toBe(boundary);
  });
});
