import type { Plan, PlanResult } from '../plan/plan.js';

const nobody = { count: 0, hosts: [] };
const nothing: PlanResult['plan'] = {
  fields: [],
  gained: nobody,
  lost: nobody,
  accounts: { before: [], after: [] },
  zones: [],
};

export function samplePlan(results: readonly PlanResult[]): Plan {
  return { hash: '0123456789abcdef', moved: [], results };
}

/** A job that changes in every way; with `plan` only in the ways that are given. */
export function samplePlanned({
  plan,
  ...result
}: Partial<Omit<PlanResult, 'plan'>> & { plan?: Partial<PlanResult['plan']> } = {}): PlanResult {
  const whole: PlanResult['plan'] = {
    fields: [{ path: 'schedule', before: '0 2 * * *', after: '30 2 * * *' }],
    gained: { count: 1, hosts: ['DB-02'] },
    lost: { count: 2, hosts: ['DB-01'] },
    accounts: {
      before: [{ account: 'system', rights: 'ordinary', hosts: 1 }],
      after: [{ account: 's4u:.\\etl', rights: 'highest', hosts: 2 }],
    },
    zones: [
      {
        hostTimezone: 'Europe/Berlin',
        hosts: 2,
        nextFires: [
          {
            at: '2026-03-29T01:30:00.000Z',
            local: '2026-03-29T03:30:00',
            timezone: 'Europe/Berlin',
            mark: 'after-gap',
          },
        ],
      },
    ],
  };
  const usual = { kind: 'Job', name: 'nightly', change: 'updated', version: 2, hosts: 2 } as const;
  return { ...usual, ...result, plan: plan ? { ...nothing, ...plan } : whole };
}
