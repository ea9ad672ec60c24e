import { describe, expect, it } from 'vitest';
import { readDocument } from '../../document/read-document.js';
import type { MaintenanceWindowSpec } from '../documents/maintenance-window.schema.js';
import { nextWindow, windowAt } from './windows.js';

function window(fields: object): MaintenanceWindowSpec {
  const read = readDocument({ kind: 'MaintenanceWindow', name: 'w', timezone: 'Europe/Berlin', ...fields });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('; '));
  if (read.value.kind !== 'MaintenanceWindow') throw new Error('no window');
  return read.value.spec;
}
const shown = (span: { fromMs: number; untilMs: number } | null) =>
  span && [span.fromMs, span.untilMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' ');
const at = (spec: MaintenanceWindowSpec, time: string) => shown(windowAt(spec, Date.parse(time)));
const next = (spec: MaintenanceWindowSpec, time: string) => shown(nextWindow(spec, Date.parse(time)));

describe('maintenance windows', () => {
  it('are open once', () => {
    const once = window({ from: '2026-12-01T22:00', until: '2026-12-02T04:00' });
    expect(at(once, '2026-12-01T20:59:59Z')).toBeNull();
    expect(at(once, '2026-12-01T21:00:00Z')).toBe('2026-12-01T21:00 2026-12-02T03:00');
    expect(at(once, '2026-12-02T03:00:00Z')).toBeNull();
    expect(next(once, '2026-11-01T00:00:00Z')).toBe('2026-12-01T21:00 2026-12-02T03:00');
    expect(next(once, '2026-12-01T22:00:00Z')).toBeNull();
  });

  it('come again by a crontab, of the same length when clocks change', () => {
    const sundays = window({ cron: '0 1 * * 0', for: '4h' });
    // 29 March 2026: 01:00 CET, and clocks go forward an hour later.
    expect(at(sundays, '2026-03-29T03:59:00Z')).toBe('2026-03-29T00:00 2026-03-29T04:00');
    expect(at(sundays, '2026-03-29T04:00:00Z')).toBeNull();
    expect(at(sundays, '2026-10-25T02:00:00Z')).toBe('2026-10-24T23:00 2026-10-25T03:00');
    expect(next(sundays, '2026-10-25T02:00:00Z')).toBe('2026-11-01T00:00 2026-11-01T04:00');
  });

  it('come again weekly on the wall clock, over midnight, and clocks make a night shorter or longer', () => {
    const nights = window({ weekly: [{ days: 'sat', from: '22:00', to: '06:00' }] });
    expect(at(nights, '2026-03-28T23:00:00Z')).toBe('2026-03-28T21:00 2026-03-29T04:00');
    expect(at(nights, '2026-10-24T23:00:00Z')).toBe('2026-10-24T20:00 2026-10-25T05:00');
    expect(at(nights, '2026-10-23T23:00:00Z')).toBeNull();
    // Its end does not exist on the day of the jump: the first instant after it counts.
    const gap = window({ weekly: [{ days: 'sun', from: '01:00', to: '02:30' }] });
    expect(at(gap, '2026-03-29T00:30:00Z')).toBe('2026-03-29T00:00 2026-03-29T01:00');
  });

  it('recur only between their borders', () => {
    const spec = window({ cron: '0 0 * * *', for: '2h', from: '2026-12-05T01:00', until: '2026-12-06T01:00' });
    expect(at(spec, '2026-12-04T23:30:00Z')).toBeNull();
    expect(at(spec, '2026-12-05T00:30:00Z')).toBe('2026-12-05T00:00 2026-12-05T01:00');
    expect(at(spec, '2026-12-05T23:30:00Z')).toBe('2026-12-05T23:00 2026-12-06T00:00');
    expect(next(spec, '2026-12-06T00:30:00Z')).toBeNull();
  });

  it.each([
    [{}, 'from: expected a date and time'],
    [{ from: '2026-12-01T22:00' }, 'until: expected a date and time: every window ends'],
    [{ from: '2026-12-01T22:00', until: '2026-12-01T22:00' }, 'until: expected a time after from'],
    [{ cron: '0 0 * * *' }, 'for: expected a duration'],
    [{ cron: '0 0 * * * *', for: '1h' }, 'cron: expected'],
    [{ weekly: [{ from: '25:00', to: '06:00' }] }, 'weekly[0].from: expected a time such as 22:00'],
    [{ weekly: [{ days: 'mo', from: '22:00', to: '06:00' }] }, 'weekly[0].days: expected'],
    [{ cron: '0 0 * * *', for: '1h', match: ['host'] }, 'match[0]: expected a label'],
  ])('%j is refused where it is wrong', (fields, message) => {
    const read = readDocument({ kind: 'MaintenanceWindow', name: 'w', ...fields });
    expect(read.ok ? [] : read.problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });
});
