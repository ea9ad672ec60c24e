import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRing, type RolloutCourse, versionFor } from './course.js';
import { hostPlace, planRings, ringOf } from './rings.js';
import type { RingRule } from './rollout-rules.js';

const seed = '0197-rollout';
const fleet = (count: number, labels: Record<string, string> = {}) =>
  Array.from({ length: count }, (_, index) => ({ id: `host-${index}`, labels }));
const shares = (...percents: number[]): RingRule[] => percents.map((percent) => ({ percent }));
const sizes = (rings: RingRule[], hosts: ReturnType<typeof fleet>) => {
  const planned = planRings({ rings }, seed, hosts);
  return planned.map((_, ring) => hosts.filter(({ id }) => ringOf(id, seed, planned) === ring).length);
};

describe('the rings of a rollout', () => {
  it.each<[string, RingRule[], number, number[]]>([
    ['of a fleet', shares(5, 25, 100), 200, [10, 40, 150]],
    ['of a few hosts: a ring is never empty', shares(5, 25, 100), 10, [1, 2, 7]],
    ['that would add nobody are left out', shares(5, 25, 100), 2, [1, 1]],
    ['of one host', shares(5, 25, 100), 1, [1]],
    ['of none', shares(5, 100), 0, []],
    ['all at once', shares(100), 40, [40]],
  ])('%s', (_what, rings, count, expected) => {
    expect(sizes(rings, fleet(count))).toEqual(expected);
  });

  it('have the hosts with a label, wherever they stand in the order', () => {
    const canary = (id: string) => ({ id, labels: { ring: 'canary' } as Record<string, string> });
    const hosts = [...fleet(97), canary('c1'), canary('c2')];
    const planned = planRings({ rings: [{ labels: { ring: 'canary' } }, ...shares(50, 100)] }, seed, hosts);
    expect(['c1', 'c2'].map((id) => ringOf(id, seed, planned))).toEqual([0, 0]);
    expect(hosts.filter(({ id }) => ringOf(id, seed, planned) === 0)).toHaveLength(2);
    const early = hosts.filter(({ id }) => ringOf(id, seed, planned) < 2).length;
    expect(early).toBeGreaterThanOrEqual(50);
    expect(early).toBeLessThanOrEqual(52);
  });

  it('are another order of hosts for each rollout', () => {
    const order = (of: string) => [...fleet(50)].sort((a, b) => hostPlace(of, a.id) - hostPlace(of, b.id));
    expect(order('a')).not.toEqual(order('b'));
    expect(order('a')).toEqual(order('a'));
  });

  it('leave every host where it is, whoever joins or leaves', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 60 }),
        fc.nat(50),
        (id, ids, gone) => {
          const hosts = ids.map((host) => ({ id: host, labels: {} }));
          const planned = planRings({ rings: shares(10, 40, 100) }, id, hosts.slice(Math.min(gone, ids.length - 2)));
          for (const host of ids) {
            const ring = ringOf(host, id, planned);
            expect(ring).toBeGreaterThanOrEqual(0);
            expect(ring).toBeLessThan(planned.length);
          }
        },
      ),
    );
  });
});

describe('the version of a host', () => {
  const acts = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('open' as const) },
      { weight: 1, arbitrary: fc.constant('apply' as const) },
      { weight: 1, arbitrary: fc.constant('at once' as const) },
    ),
    { maxLength: 20 },
  );

  it('grows, once for each version, and ends as the newest on all hosts', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 30 }), acts, (ids, done) => {
        const hosts = ids.map((id) => ({ id, labels: {} }));
        let course: RolloutCourse = { base: 1, layers: [] };
        let newest = 1;
        const at = new Map(ids.map((id) => [id, 1]));
        const look = () => {
          for (const id of ids) {
            const version = versionFor(id, course) ?? 0;
            expect(version).toBeGreaterThanOrEqual(at.get(id) ?? 0);
            at.set(id, version);
          }
        };
        for (const act of done) {
          if (act === 'open') course = openRing(course, (course.layers.at(-1)?.open ?? 0) + 1);
          else {
            newest += 1;
            const seedNow = `r${newest}`;
            const rings = act === 'apply' ? planRings({ rings: shares(10, 30, 100) }, seedNow, hosts) : [];
            course =
              rings.length < 2
                ? { base: newest, layers: [] }
                : { base: course.base, layers: [...course.layers, { version: newest, seed: seedNow, rings, open: 1 }] };
          }
          look();
        }
        for (let open = 2; course.layers.length > 0; open += 1) course = openRing(course, open);
        look();
        expect(new Set(at.values())).toEqual(new Set([newest]));
      }),
    );
  });

  it('of a new job is none until its ring is open', () => {
    const hosts = fleet(20);
    const rings = planRings({ rings: shares(10, 100) }, seed, hosts);
    const course = { base: null, layers: [{ version: 1, seed, rings, open: 1 }] };
    expect(hosts.filter(({ id }) => versionFor(id, course) === 1)).toHaveLength(2);
    expect(hosts.filter(({ id }) => versionFor(id, course) === null)).toHaveLength(18);
  });

  it('of a host that joins is the one of its ring', () => {
    const rings = planRings({ rings: shares(50, 100) }, seed, fleet(20));
    const course = { base: 4, layers: [{ version: 5, seed, rings, open: 1 }] };
    const late = Array.from({ length: 200 }, (_, index) => versionFor(`late-${index}`, course));
    expect(new Set(late)).toEqual(new Set([4, 5]));
  });
});
