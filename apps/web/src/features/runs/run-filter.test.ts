import { describe, expect, it } from 'vitest';
import { askedFor, exitCodeOf, missedAskedFor, readRunFilter } from './run-filter.js';

const now = Date.parse('2026-11-23T12:00:00.000Z');
const given = (value: object) => Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));

describe('the filter of runs', () => {
  it('takes from the address what is sound, and nothing else', () => {
    const search = {
      ...{ state: 'nonsense', label: 'novalue', exit: 'many', since: 'soon', last: '3h' },
      view: 'other',
    };
    expect(given(readRunFilter(search))).toEqual({});
    const sound = { job: 7, label: 'role=db', exit: '0xC000013A', since: '2026-11-23T08:00:00+08:00', bad: 'true' };
    expect(given(readRunFilter({ ...sound, view: 'missed', verdict: 'ran_late' }))).toEqual({
      view: 'missed',
      job: '7',
      label: 'role=db',
      exit: '0xC000013A',
      since: '2026-11-23T00:00:00.000Z',
      bad: true,
      verdict: 'ran_late',
    });
  });

  it.each([
    ['1', 1],
    ['-1073741510', -1_073_741_510],
    ['0xC000013A', 0xc000_013a],
    ['4294967295', 0xffff_ffff],
    ['4294967296', undefined],
    ['-2147483649', undefined],
    ['1.5', undefined],
    ['', undefined],
  ])('reads the exit code %j as %j', (text, code) => expect(exitCodeOf(text)).toBe(code));

  it('keeps a search for words or for an exit code alone to a time, and says to which', () => {
    const words = askedFor({ text: 'disk full' }, now);
    expect(words.assumed).toBe('24h');
    expect(given(words.request)).toEqual({ outputContains: 'disk full', since: '2026-11-22T12:00:00.000Z' });
    expect(askedFor({ exit: '3' }, now)).toMatchObject({ assumed: '7d', request: { exitCode: 3 } });
    expect(askedFor({ exit: '3', host: 'db-01' }, now).assumed).toBeUndefined();
    expect(askedFor({ text: 'x', last: '30d' }, now)).toMatchObject({
      assumed: undefined,
      request: { since: '2026-10-24T12:00:00.000Z' },
    });
  });

  it('asks for a time either by the clock or between two instants', () => {
    const since = '2026-11-01T00:00:00.000Z';
    const until = '2026-11-02T00:00:00.000Z';
    expect(given(askedFor({ since, until }, now).request)).toEqual({ since, until });
    expect(given(askedFor({ since, until, last: '1h' }, now).request)).toEqual({ since: '2026-11-23T11:00:00.000Z' });
    expect(given(missedAskedFor({ last: '1h', verdict: 'missed', exit: '3' }, now))).toEqual({
      verdict: 'missed',
      since: '2026-11-23T11:00:00.000Z',
    });
  });
});
