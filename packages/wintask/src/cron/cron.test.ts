import { describe, expect, it } from 'vitest';
import { type Cron, parseCron } from './cron.js';
import { matchingDays } from './matching-days.js';

function cron(expression: string): Cron {
  const result = parseCron(expression);
  if (!result.ok) throw new Error(result.problem.message);
  return result.cron;
}

function problem(expression: string) {
  const result = parseCron(expression);
  if (result.ok) throw new Error(`${expression} was accepted`);
  return result.problem;
}

describe('fields', () => {
  it('reads lists, ranges, steps and names', () => {
    const read = cron('*/20,5 8-10,22 * JAN-mar,12 mon-FRI');
    expect(read.minutes).toEqual([0, 5, 20, 40]);
    expect(read.hours).toEqual([8, 9, 10, 22]);
    expect(read.months).toEqual([1, 2, 3, 12]);
    expect(read.weekdays.days).toEqual([1, 2, 3, 4, 5]);
  });

  it('takes 7 and names as Sunday', () => {
    expect(cron('0 0 * * 7').weekdays.days).toEqual([0]);
    expect(cron('0 0 * * 5-7').weekdays.days).toEqual([0, 5, 6]);
    expect(cron('0 0 * * fri-sun').weekdays.days).toEqual([0, 5, 6]);
  });

  it.each([
    ['@hourly', '0 * * * *'],
    ['@Daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
  ])('reads %s', (macro, five) => expect(cron(macro)).toEqual(cron(five)));

  it.each([
    ['0 0 2 * * *', 'expression', /seconds are not supported/],
    ['0 0 2 * * * 2026', 'expression', /seconds are not supported.*year/],
    ['0 2 * *', 'expression', /4 fields/],
    ['', 'expression', /0 fields/],
    ['60 * * * *', 'minute', /"60"/],
    ['* 24 * * *', 'hour', /"24"/],
    ['* * 0 * *', 'day', /"0"/],
    ['* * * 13 *', 'month', /"13"/],
    ['* * * * 8', 'weekday', /"8"/],
    ['*/0 * * * *', 'minute', /step/],
    ['*/90 * * * *', 'minute', /longer than the field/],
    ['50-10 * * * *', 'minute', /backwards/],
    ['0 0 * * 1/2', 'weekday', /Saturday or on Sunday/],
    ['1,,2 * * * *', 'minute', /not a value/],
    ['a * * * *', 'minute', /"a"/],
    ['* * 40W * *', 'day', /1-31/],
    ['* * * * 5#6', 'weekday', /1-5/],
    ['@every 5m', 'expression', /write it as "every"/],
    ['@noon', 'expression', /unknown macro/],
    ['@reboot', 'expression', /start-up/],
  ])('refuses %j', (expression, field, message) => {
    expect(problem(expression)).toMatchObject({ field, message: expect.stringMatching(message) });
  });
});

describe('days', () => {
  // February 2026 begins on a Sunday and has 28 days; August 2026 begins on a Saturday and has 31.
  it.each([
    ['0 0 L * *', 2026, 2, [28]],
    ['0 0 L-3 * *', 2026, 8, [28]],
    ['0 0 LW * *', 2026, 2, [27]],
    ['0 0 1W * *', 2026, 8, [3]],
    ['0 0 15W * *', 2026, 8, [14]],
    ['0 0 30W * *', 2026, 8, [31]],
    ['0 0 * * 5L', 2026, 8, [28]],
    ['0 0 * * 1#2', 2026, 8, [10]],
    ['0 0 * * 6#5', 2026, 8, [29]],
    ['0 0 * * 6#5', 2026, 2, []],
    ['0 0 13 * 5', 2026, 2, [6, 13, 20, 27]],
    ['0 0 13 * 5', 2026, 8, [7, 13, 14, 21, 28]],
    ['0 0 */10 * 6', 2026, 8, [1]],
    ['0 0 31 * *', 2026, 2, []],
    ['0 0 1 3 *', 2026, 2, []],
  ])('%s in %i-%i', (expression, year, month, days) => {
    expect(matchingDays(cron(expression), year, month)).toEqual(days);
  });
});
