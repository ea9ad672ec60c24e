import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIsoDuration, parseIsoDuration, parseShortDuration } from './duration.js';

describe('ISO durations', () => {
  it.each([
    ['PT90M', 5_400_000],
    ['PT1H30M', 5_400_000],
    ['P31D', 2_678_400_000],
    ['P1DT2H', 93_600_000],
    ['PT0S', 0],
    ['PT1.5S', 1500],
  ])('reads %s', (text, ms) => expect(parseIsoDuration(text)).toBe(ms));

  it.each(['', 'P', 'PT', 'P1DT', 'P1M', 'P1Y', '90', 'PT-5M', 'PT5', 'pt5m'])('refuses %j', (text) => {
    expect(parseIsoDuration(text)).toBeUndefined();
  });

  it('writes what it reads, in one spelling', () => {
    fc.assert(
      fc.property(fc.nat(40_000_000), (seconds) => {
        expect(parseIsoDuration(formatIsoDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
    expect(formatIsoDuration(259_200_000)).toBe('P3D');
    expect(formatIsoDuration(5_400_000)).toBe('PT1H30M');
  });
});

describe('short durations', () => {
  it.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1h30m', 5_400_000],
  ])('reads %s', (text, ms) => expect(parseShortDuration(text)).toBe(ms));

  it.each(['', '5', 'm', '5 m', '30m1h', '1.5h', '-5m'])('refuses %j', (text) => {
    expect(parseShortDuration(text)).toBeUndefined();
  });
});
