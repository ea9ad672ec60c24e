import { describe, expect, it } from 'vitest';
import { dayFilter } from './day-calendar.js';
import type { DayCalendar } from './schedule.js';

function has(calendar: DayCalendar, day: string): boolean {
  const read = dayFilter(calendar);
  if (!read.ok) throw new Error(read.message);
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return read.filter.has(year, month, date);
}

describe('a calendar of days', () => {
  it.each([
    [{ except: ['2026-12-25'] }, '2026-12-25', false],
    [{ except: ['2026-12-25'] }, '2027-12-25', true],
    [{ except: ['12-25'] }, '2027-12-25', false],
    [{ only: ['2026-10-01..2026-10-07'] }, '2026-10-07', true],
    [{ only: ['2026-10-01..2026-10-07'] }, '2026-10-08', false],
    [{ except: ['12-24..01-02'] }, '2026-12-31', false],
    [{ except: ['12-24..01-02'] }, '2027-01-02', false],
    [{ except: ['12-24..01-02'] }, '2027-01-03', true],
    [{ except: ['12-24..02-29'] }, '2027-03-01', true],
    [{ only: ['02-29'] }, '2028-02-29', true],
    [{ only: ['06-01..06-30'], except: ['06-15'] }, '2026-06-15', false],
    [{ only: ['06-01..06-30'], except: ['06-15'] }, '2026-06-16', true],
    [{ only: [] }, '2026-06-16', false],
    [{}, '2026-06-16', true],
    [{ only: [' 2026-06-16 '] }, '2026-06-16', true],
  ])('%j on %s: %s', (calendar, day, expected) => {
    expect(has(calendar, day)).toBe(expected);
  });

  it.each([
    ['2026-02-29', 'expected 2026-12-25, 12-25 or a range'],
    ['13-01', 'expected 2026-12-25, 12-25 or a range'],
    ['26-12-25', 'expected 2026-12-25, 12-25 or a range'],
    ['Christmas', 'expected 2026-12-25, 12-25 or a range'],
    ['01-01..01-02..01-03', 'expected 2026-12-25, 12-25 or a range'],
    ['2026-01-07..2026-01-01', 'expected the earlier day first'],
    ['2026-01-07..01-01', 'expected the year at both ends of a range, or at none'],
    ['1970-01-01..2999-12-31', 'expected at most 36525 days in all'],
  ])('refuses %s and quotes it', (day, expected) => {
    const read = dayFilter({ except: [day] });
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(`"${day}"`) });
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(expected) });
  });
});
