import { expect, it } from 'vitest';
import { previewRings } from './preview-rings.js';
import type { RolloutRules } from './rollout-rules.js';

const rules: RolloutRules = {
  rings: [{ labels: { ring: 'canary' } }, { percent: 50 }, { percent: 100 }],
  soakMs: 1,
  haltOn: { failureRate: 10, minimum: 3 },
};
const hosts = Array.from({ length: 10 }, (_, index) => ({
  id: `id-${index}`,
  name: `H-${index}`,
  labels: index === 0 ? { ring: 'canary' } : ({} as Record<string, string>),
}));
const which = { job: 'Nightly', version: 4 };

it('says which hosts have a version first, as its rollout will', () => {
  const rings = previewRings(rules, which, hosts, hosts);
  expect(rings.map(({ ring }) => ring)).toEqual(['labels ring=canary', '50%', '100%']);
  expect(rings[0]?.hosts).toEqual(['H-0']);
  expect(rings.flatMap((ring) => ring.hosts).sort()).toEqual(hosts.map(({ name }) => name));
  expect(previewRings(rules, { ...which, job: 'NIGHTLY' }, hosts, hosts)).toEqual(rings);
  expect(previewRings(rules, { ...which, version: 5 }, hosts, hosts)).not.toEqual(rings);
});

it('counts hosts that lose the job, and names those that have it then', () => {
  const [first] = previewRings(rules, which, hosts, hosts.slice(1));
  expect(first).toEqual({ ring: 'labels ring=canary', hosts: [] });
});

it('of one host, or without rules, is none', () => {
  expect(previewRings(rules, which, hosts.slice(0, 1), hosts.slice(0, 1))).toEqual([]);
  expect(previewRings(undefined, which, hosts, hosts)).toEqual([]);
});
