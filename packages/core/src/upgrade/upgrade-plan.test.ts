import { describe, expect, it } from 'vitest';
import { decideOffer, haltAfterFailures, type UpgradeFacts, type UpgradeHost } from './upgrade-plan.js';

const host: UpgradeHost = {
  id: '01890000-0000-7000-8000-000000000001',
  name: 'srv-1',
  labels: { env: 'test' },
  version: '0.1.0',
  capabilities: ['upgrade:node'],
  failedVersions: [],
};
const facts: UpgradeFacts = {
  rings: [{ version: '0.2.0', target: { labels: { env: 'test' } }, percent: 100 }],
  groups: [],
  releases: [{ version: '0.2.0', platform: 'node' }],
  failures: {},
};
const decide = (changes: Partial<UpgradeHost> = {}, about: Partial<UpgradeFacts> = {}) => {
  const said = decideOffer({ ...host, ...changes }, { ...facts, ...about });
  return said.offer ? said.version : said.reason;
};

describe('what a host is offered', () => {
  it('is the highest version of its rings', () => {
    expect(decide()).toBe('0.2.0');
    const rings = [...facts.rings, { version: '0.10.0', target: { all: true as const }, percent: 100 }];
    const releases = [...facts.releases, { version: '0.10.0', platform: 'node' }];
    expect(decide({}, { rings, releases })).toBe('0.10.0');
  });

  it.each<[string, Partial<UpgradeHost>, Partial<UpgradeFacts>]>([
    ['no_ring', { labels: { env: 'prod' } }, {}],
    ['up_to_date', { version: '0.2.0' }, {}],
    ['up_to_date', { version: '0.3.0' }, {}],
    ['not_capable', { capabilities: ['run'] }, {}],
    ['not_published', { capabilities: ['upgrade:windows-x64'] }, {}],
    ['failed_here', { failedVersions: ['0.2.0'] }, {}],
    ['halted', {}, { failures: { '0.2.0': haltAfterFailures } }],
  ])('is nothing: %s', (reason, changes, about) => expect(decide(changes, about)).toBe(reason));

  it('grows with the percentage, and never loses a host by it', () => {
    const inRing = (percent: number) =>
      Array.from({ length: 1_000 }, (_, index) => `host-${index}`).filter(
        (id) => decide({ id }, { rings: [{ version: '0.2.0', target: { all: true }, percent }] }) === '0.2.0',
      );
    const [few, more, all] = [inRing(10), inRing(50), inRing(100)];
    expect(few.length).toBeGreaterThan(60);
    expect(few.length).toBeLessThan(140);
    expect(more).toEqual(expect.arrayContaining(few));
    expect(all).toHaveLength(1_000);
  });
});
