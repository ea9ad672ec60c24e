import { describe, expect, it } from 'vitest';
import { lineOfPath } from './fault-lines.js';
import { withEntryField, withSuggestion } from './schedule-yaml.js';
import { readSuggested } from './suggested-search.js';

const file = (schedule: string) => `# asked for\nkind: Job\nschedule: ${schedule}\nrun: a.exe # last\n`;

describe('a suggested timetable', () => {
  it.each([
    ['a line of another time', '"0 2 * * *"', { schedule: '5 3 * * *' }, '"5 3 * * *"'],
    ['a line minutes later', '"0 2 * * *" # at two', { later: 20 }, '"20 2 * * *" # at two'],
    ['a map with its zone', '{ cron: 0 2 * * *, timezone: UTC }', { later: 20 }, '{ cron: 20 2 * * *, timezone: UTC }'],
    ['the spread of a line', '"0 2 * * *" # at two', { jitter: '15m' }, '{ cron: 0 2 * * *, jitter: 15m } # at two'],
    [
      'the spread of a list of one',
      '[ { cron: 0 2 * * *, jitter: 5m } ]',
      { jitter: '15m' },
      '[ { cron: 0 2 * * *, jitter: 15m } ]',
    ],
  ])('is written into %s', (_, before, suggested, after) => {
    expect(withSuggestion(file(before), suggested)).toBe(file(after));
  });

  it.each([
    ['several entries', '[ "0 2 * * *", "0 4 * * *" ]', { jitter: '15m', later: 5, schedule: '1 1 * * *' }],
    ['minutes that are not one', '"*/5 2 * * *"', { later: 5 }],
    ['an hour that would not hold it', '"50 2 * * *"', { later: 20 }],
  ])('leaves %s to its author', (_, schedule, suggested) => {
    expect(withSuggestion(file(schedule), suggested)).toBe(file(schedule));
  });

  it('takes the spread out again', () => {
    expect(withEntryField(file('{ cron: 0 2 * * *, jitter: 15m }'), 'jitter', '')).toBe(file('{ cron: 0 2 * * * }'));
  });

  it('is read from the address, without what makes no sense', () => {
    expect(readSuggested({ later: 20, jitter: '15m', schedule: '0 2 * * *' })).toEqual({
      later: 20,
      jitter: '15m',
      schedule: '0 2 * * *',
    });
    expect(readSuggested({ later: 'soon' })).toEqual({ later: undefined, jitter: undefined, schedule: undefined });
  });
});

it('a fault has the line of its field, or of what is around a field that is missing', () => {
  const text = '# c\nkind: Job\ntargets:\n  labels: { a.b: c }\nschedule:\n  - every: 1h\n  - cron: x\n';
  expect(
    ['', 'schedule[1].cron', 'schedule[0]', 'targets.labels.a.b', 'targets.group', 'run'].map((path) =>
      lineOfPath(text, path),
    ),
  ).toEqual([2, 7, 6, 4, 3, 2]);
});
