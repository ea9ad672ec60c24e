import { describe, expect, it } from 'vitest';
import { readDocument } from '../../document/read-document.js';
import type { OnCallSpec } from '../documents/on-call.schema.js';
import { dutyGaps, dutySpans, onDutyAt } from './on-call.js';

function schedule(fields: object): OnCallSpec {
  const people = { anna: { Email: 'anna@example.com' }, ben: { sms: '+491' }, cleo: { sms: true } };
  const read = readDocument({ kind: 'OnCall', name: 'dba', timezone: 'Europe/Berlin', people, ...fields });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  if (read.value.kind !== 'OnCall') throw new Error('no schedule');
  return read.value.spec;
}
const who = (spec: OnCallSpec, time: string) => onDutyAt(spec, Date.parse(time))?.person ?? null;
const range = (from: string, until: string) => ({ fromMs: Date.parse(from), untilMs: Date.parse(until) });
const weekly = { people: ['anna', 'ben'], rotate: 'weekly', start: '2026-03-23T09:00' };

describe('who is on duty', () => {
  it('changes on the wall clock, also when clocks change', () => {
    const spec = schedule({ layers: [weekly] });
    expect(who(spec, '2026-03-23T07:59:59Z')).toBeNull();
    expect(who(spec, '2026-03-23T08:00:00Z')).toBe('anna');
    // Summer time has begun: 09:00 is an hour earlier.
    expect(who(spec, '2026-03-30T06:59:59Z')).toBe('anna');
    expect(who(spec, '2026-03-30T07:00:00Z')).toBe('ben');
  });

  it('hands over once in a doubled hour', () => {
    const spec = schedule({ layers: [{ people: ['anna', 'ben'], rotate: 'daily', start: '2026-10-24T02:30' }] });
    const { fromMs, untilMs } = range('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z');
    expect(dutySpans(spec, { fromMs, untilMs }).map(({ fromMs: ms, duty }) => [ms, duty?.person])).toEqual([
      [fromMs, 'anna'],
      [Date.parse('2026-10-25T00:30:00Z'), 'ben'],
    ]);
  });

  it('is the override, else the last layer that has somebody', () => {
    const spec = schedule({
      layers: [
        weekly,
        { people: ['cleo'], start: '2026-01-01T00:00', only: [{ days: 'sat-sun', from: '00:00', to: '24:00' }] },
      ],
      overrides: [{ from: '2026-04-04T10:00', until: '2026-04-04T12:00', person: 'anna' }],
    });
    expect(who(spec, '2026-04-03T10:00:00Z')).toBe('ben');
    expect(who(spec, '2026-04-04T07:00:00Z')).toBe('cleo');
    expect(who(spec, '2026-04-04T09:00:00Z')).toBe('anna');
    expect(who(spec, '2026-04-05T22:00:00Z')).toBe('ben');
  });

  it('tells of gaps', () => {
    const spec = schedule({ layers: [{ ...weekly, only: [{ days: 'mon-fri', from: '08:00', to: '20:00' }] }] });
    const gaps = dutyGaps(spec, range('2026-04-02T00:00:00Z', '2026-04-07T00:00:00Z'));
    expect(gaps.map(({ fromMs, untilMs }) => (untilMs - fromMs) / 3_600_000)).toEqual([6, 12, 60, 6]);
  });

  it('reads what people have, by channel', () => {
    expect(schedule({ layers: [weekly] }).people).toEqual({
      anna: { email: 'anna@example.com' },
      ben: { sms: '+491' },
      cleo: { sms: null },
    });
  });

  it.each([
    [{ layers: [{ ...weekly, people: ['dora'] }] }, 'layers[0].people[0]: expected one of people: anna'],
    [{ layers: [{ ...weekly, start: '2026-03-23T09:00Z' }] }, 'layers[0].start: expected a date and time without'],
    [{ layers: [{ ...weekly, rotate: '5m' }] }, 'layers[0].rotate: expected'],
    [{ layers: [] }, 'layers: expected at least 1'],
    [
      { layers: [weekly], overrides: [{ from: '2026-01-02T00:00', until: '2026-01-01T00:00', person: 'anna' }] },
      'overrides[0].until: expected a time after',
    ],
  ])('refuses %j where it is wrong', (fields, message) => {
    const people = { anna: { email: 'a@example.com' }, ben: { sms: '1' } };
    const read = readDocument({ kind: 'OnCall', name: 'dba', people, ...fields });
    expect(read.ok ? [] : read.problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });
});
