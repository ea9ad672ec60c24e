import { readDocument } from '@carillon/core/document/read-document';
import { randomFrom } from '@carillon/core/random/random-from';
import { describe, expect, it } from 'vitest';
import { alertDocuments, drillJob } from './drill-documents.js';
import { drillScenarios, dueRuns, planHosts, planScenario } from './drill-plan.js';

const startMs = Date.parse('2026-03-01T12:00:00Z');

describe('the hosts of a drill', () => {
  it('have the label by half, and another value of its key elsewhere', () => {
    expect(planHosts({ key: 'site', value: 'berlin' }, 5).map(({ name, labels }) => [name, labels.site])).toEqual([
      ['berlin-1', 'berlin'],
      ['berlin-2', 'berlin'],
      ['other-1', 'other'],
      ['other-2', 'other'],
      ['other-3', 'other'],
    ]);
  });

  it.each([
    ['other', ['other-1', 'control-1']],
    ['São Paulo/2', ['s-o-paulo-2-1', 'other-1']],
    ['北京', ['host-1', 'other-1']],
  ])('have names of their own with the value %s', (value, names) => {
    const hosts = planHosts({ key: 'site', value }, 2);
    expect(hosts.map(({ name }) => name)).toEqual(names);
    expect(hosts.map(({ group }) => group)).toEqual(['struck', 'control']);
    expect(new Set(hosts.map(({ labels }) => labels.site)).size).toBe(2);
  });
});

describe('the plan of a scenario', () => {
  const settings = drillScenarios.flatMap((scenario) =>
    [5, 12, 240, 3_600].flatMap((faultSeconds) => [1, 7].map((seed) => ({ scenario, faultSeconds, seed }))),
  );

  it.each(settings)('is in order, and can be registered: $scenario, $faultSeconds s, seed $seed', (setting) => {
    const { scenario, faultSeconds, seed } = setting;
    const plan = planScenario(scenario, { jobs: 3, faultSeconds }, randomFrom(seed));
    const { strikeMs, orderMs, healMs, overMs, line } = plan;
    const moments = [0, strikeMs, orderMs, healMs, overMs];
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
    expect(healMs - strikeMs).toBe(faultSeconds * 1_000);
    const onLine = [0, line.resetAtMs, line.deadAtMs, line.resetAgainAtMs, faultSeconds * 1_000];
    expect(onLine).toEqual(onLine.toSorted((a, b) => a - b));
    for (const job of plan.jobs) {
      const read = readDocument(drillJob(job, startMs));
      expect(read, job.name).toMatchObject({ ok: true });
      expect(job.dueSeconds.at(-1) ?? 0).toBeLessThanOrEqual(overMs / 1_000);
      // Something is due while it lasts, whoever is asked.
      expect(job.dueSeconds.filter((at) => at * 1_000 > strikeMs && at * 1_000 < healMs)).not.toEqual([]);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    const plan = (seed: number) => planScenario('slow-network', { jobs: 2, faultSeconds: 12 }, randomFrom(seed));
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('says what is due on which host', () => {
    const hosts = planHosts({ key: 'site', value: 'berlin' }, 2);
    const due = dueRuns(
      {
        jobs: [
          { name: 'a', dueSeconds: [0, 5] },
          { name: 'b', dueSeconds: [2] },
        ],
      },
      hosts,
      startMs,
    );
    expect(due.map(({ host, job, at }) => `${host} ${job} ${at.slice(17, 19)}`)).toEqual([
      'berlin-1 a 00',
      'other-1 a 00',
      'berlin-1 b 02',
      'other-1 b 02',
      'berlin-1 a 05',
      'other-1 a 05',
    ]);
  });
});

it('has alert policies that can be applied', () => {
  for (const document of alertDocuments()) expect(readDocument(document)).toMatchObject({ ok: true });
});
