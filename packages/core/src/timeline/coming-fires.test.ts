import { describe, expect, it } from 'vitest';
import { comingFires, type FirePlan } from './coming-fires.js';

const at = (text: string) => Date.parse(text);
const day = { fromMs: at('2026-11-27T00:00:00Z'), untilMs: at('2026-11-28T00:00:00Z') };
const plan = (job: string, expression: string, changes: Partial<FirePlan> = {}): FirePlan => ({
  job,
  schedule: [{ kind: 'cron', expression }],
  enabled: true,
  hostTimezone: 'UTC',
  hosts: 1,
  ...changes,
});
const told = (plans: FirePlan[], limit = 50) =>
  comingFires(plans, { ...day, limit }).fires.map(({ atMs, job, hosts }) => [
    new Date(atMs).toISOString().slice(11, 16),
    job,
    hosts,
  ]);

describe('coming fires', () => {
  it('of several jobs come in their order, each zone at its own time', () => {
    const shanghai = plan('backup', '0 2 * * *', { hostTimezone: 'Asia/Shanghai', hosts: 3 });
    expect(told([plan('backup', '0 2 * * *', { hosts: 2 }), shanghai, plan('report', '30 6 * * *')])).toEqual([
      ['02:00', 'backup', 2],
      ['06:30', 'report', 1],
      ['18:00', 'backup', 3],
    ]);
  });

  it('of one job at one instant are one, on all its hosts', () => {
    const plans = [
      plan('a', '0 2 * * *', { hosts: 2 }),
      plan('b', '0 2 * * *'),
      plan('a', '0 2,4 * * *', { hosts: 5 }),
    ];
    expect(told(plans)).toEqual([
      ['02:00', 'a', 7],
      ['02:00', 'b', 1],
      ['04:00', 'a', 5],
    ]);
  });

  it('are no more than asked for, and say when there are more', () => {
    const minutely = plan('m', '* * * * *');
    expect(comingFires([minutely], { ...day, limit: 3 })).toMatchObject({ isMore: true, fires: { length: 3 } });
    expect(comingFires([plan('d', '0 2 * * *')], { ...day, limit: 1 })).toMatchObject({ isMore: false });
  });

  it('are none of a job that is switched off, of an empty time, and of what nobody knows ahead', () => {
    expect(told([plan('off', '* * * * *', { enabled: false })])).toEqual([]);
    expect(comingFires([plan('x', '* * * * *')], { fromMs: day.untilMs, untilMs: day.fromMs, limit: 9 }).fires).toEqual(
      [],
    );
    expect(told([plan('boot', '', { schedule: [{ kind: 'startup' }] })])).toEqual([]);
  });

  it('of one host come at its own offset', () => {
    const schedule = [{ kind: 'cron' as const, expression: '0 2 * * *', jitterMs: 3_600_000 }];
    const [fire] = comingFires([plan('j', '', { schedule, spreadKey: 'host/job' })], { ...day, limit: 9 }).fires;
    expect(fire?.atMs).toBeGreaterThan(at('2026-11-27T02:00:00Z'));
    expect(fire?.atMs).toBeLessThan(at('2026-11-27T03:00:00Z'));
    expect(told([plan('j', '', { schedule })])).toEqual([['02:00', 'j', 1]]);
  });
});
