import { describe, expect, it } from 'vitest';
import type { FirePlan } from './coming-fires.js';
import { startsBySlot } from './starts-by-slot.js';

const at = (text: string) => Date.parse(text);
const plan = (expression: string, changes: Partial<FirePlan> = {}): FirePlan => ({
  job: 'job',
  schedule: [{ kind: 'cron', expression }],
  enabled: true,
  hostTimezone: 'UTC',
  hosts: 1,
  ...changes,
});
const told = (plans: FirePlan[], from: string, until: string) =>
  startsBySlot(plans, { fromMs: at(from), untilMs: at(until) }, 300_000).map(({ fromMs, starts }) => [
    new Date(fromMs).toISOString().slice(11, 16),
    starts,
  ]);

describe('starts by slot', () => {
  it('are added up over jobs and hosts, and slots without any are there too', () => {
    const plans = [plan('*/10 * * * *', { hosts: 4 }), plan('11 8 * * *')];
    expect(told(plans, '2026-11-27T08:07:30Z', '2026-11-27T08:25:00Z')).toEqual([
      ['08:05', 0],
      ['08:10', 5],
      ['08:15', 0],
      ['08:20', 4],
    ]);
  });

  it('are none of what is switched off', () => {
    expect(told([plan('* * * * *', { enabled: false })], '2026-11-27T08:00:00Z', '2026-11-27T08:05:00Z')).toEqual([
      ['08:00', 0],
    ]);
  });
});
