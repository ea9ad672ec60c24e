import { dayFilter } from '@carillon/wintask/schedule/day-calendar';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { describeSchedule } from '../job/describe-schedule.js';
import { jobDocument } from '../job/job-document.js';
import { readJob } from '../job/job-file.js';
import { type JobSpec, makeManifest } from '../job/job-spec.js';
import { taskForJob } from '../job/task-for-job.js';
import { comingDays } from './coming-days.js';
import { calendarUses, withDays, withNames } from './named-days.js';

const job = (calendar: unknown, more: object = {}): JobSpec => {
  const entry = { cron: '0 2 * * *', calendar };
  const read = readJob({
    kind: 'Job',
    name: 'etl',
    targets: { all: true },
    schedule: entry,
    run: 'C:\\etl.exe',
    ...more,
  });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.value;
};
const calendars = new Map([
  ['holidays', ['10-01..10-07', '12-25']],
  ['workdays', ['2026-10-10']],
]);
const daysOf = (spec: JobSpec) => {
  const [entry] = spec.schedule;
  return entry && 'calendar' in entry ? entry.calendar : undefined;
};

describe('a calendar', () => {
  const read = (fields: object) => readDocument({ kind: 'Calendar', name: 'holidays', days: '12-25', ...fields });

  it('is a name and days', () => {
    const spec = { name: 'holidays', description: '', days: ['12-25'] };
    expect(read({})).toEqual({ ok: true, value: { kind: 'Calendar', spec } });
    expect(read({ name: '节假日', days: ['2026-10-01..2026-10-07'] })).toMatchObject({ ok: true });
  });

  it.each([
    [{ name: '2026-10-01' }, 'name', /begins with a letter/],
    [{ name: '-x' }, 'name', /begins with a letter/],
    [{ days: ['12-25', '13-01'] }, 'days', /"13-01": expected 2026-12-25/],
    [{ days: ['holidays'] }, 'days', /"holidays": expected/],
    [{ days: [] }, 'days', /at least/],
    [{ dayz: 1 }, 'dayz', /./],
  ])('%j is refused with what was expected', (fields, path, message) => {
    expect(read(fields)).toMatchObject({ ok: false, problems: [{ path, message: expect.stringMatching(message) }] });
  });
});

describe('a schedule', () => {
  it('names calendars: its days alone, all but its days, or among days', () => {
    expect(daysOf(job('holidays'))).toEqual({ only: ['holidays'] });
    expect(daysOf(job('-Holidays'))).toEqual({ except: ['Holidays'] });
    const mixed = job({ only: ['workdays', '12-31'], except: 'holidays' });
    expect(daysOf(withDays(mixed, calendars))).toEqual({
      only: ['2026-10-10', '12-31'],
      except: ['10-01..10-07', '12-25'],
      named: { only: ['workdays', '12-31'], except: ['holidays'] },
    });
    expect(calendarUses(mixed)).toEqual([
      { name: 'workdays', path: 'schedule[0].calendar' },
      { name: 'holidays', path: 'schedule[0].calendar' },
    ]);
  });

  it('names them where a host differs, too', () => {
    const overrides = [{ hosts: ['DB-1'], schedule: { cron: '0 3 * * *', calendar: '-holidays' } }];
    const spec = job('workdays', { overrides });
    expect(calendarUses(spec).map(({ path }) => path)).toEqual([
      'schedule[0].calendar',
      'overrides[0].schedule[0].calendar',
    ]);
    const manifest = makeManifest('id', 1, withDays(spec, calendars));
    expect(manifest.overrides?.[0]?.schedule).toEqual([
      { kind: 'cron', expression: '0 3 * * *', calendar: { except: ['10-01..10-07', '12-25'] } },
    ]);
  });

  it.each(['12-25', '', '- holidays', '--holidays'])('%j names none', (calendar) => {
    expect(() => job(calendar)).toThrow(/the name of a calendar, or -name for all days but its/);
  });

  it('with a name that nothing has is never taken for one without', () => {
    const spec = withDays(job('-nothing'), calendars);
    const task = taskForJob(makeManifest('id', 1, spec), {
      hostTimezone: 'UTC',
      runner: { command: 'runner', arguments: [] },
    });
    expect(task).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('"nothing"') }] });
  });

  it('is told and written by the names, and reaches hosts as days', () => {
    const spec = withDays(job('-holidays'), calendars);
    expect(describeSchedule(spec.schedule)).toBe('0 2 * * *, except on holidays');
    expect(jobDocument(spec)).toMatchObject({ schedule: { cron: '0 2 * * *', calendar: '-holidays' } });
    expect(JSON.stringify(makeManifest('id', 1, spec))).not.toContain('named');
  });
});

const item = fc.constantFrom('holidays', 'Workdays', '12-25', '2026-01-01..2026-01-03');
const list = fc.option(fc.array(item, { minLength: 1, maxLength: 4 }), { nil: undefined });

describe('days of calendars', () => {
  it('come and go with the calendars, and what was written stays', () => {
    fc.assert(
      fc.property(list, list, (only, except) => {
        const written = { ...(only ? { only } : {}), ...(except ? { except } : {}) };
        const spec = job(written);
        const now = withDays(spec, calendars);
        expect(withNames(now)).toEqual(spec);
        expect(withNames(spec)).toEqual(spec);
        // A calendar that changed: as if it had been so from the beginning.
        const later = new Map([...calendars, ['holidays', ['02-01']]]);
        expect(withDays(now, later)).toEqual(withDays(spec, later));
        expect(readJob({ ...jobDocument(now) })).toEqual({ ok: true, value: spec });
        expect(dayFilter(daysOf(now) ?? {}).ok).toBe(true);
      }),
    );
  });
});

describe('days to come', () => {
  it('are those of the year from a date on, over its turn', () => {
    expect(comingDays(['12-30..01-02', '2027-03-01', '2026-01-01'], '2026-12-31')).toEqual([
      '2026-12-31',
      '2027-01-01',
      '2027-01-02',
      '2027-03-01',
      '2027-12-30',
      '2027-12-31',
    ]);
    expect(comingDays(['nonsense'], '2026-12-31')).toEqual([]);
  });
});
