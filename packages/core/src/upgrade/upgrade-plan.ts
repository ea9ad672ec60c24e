import { type HostGroup, matchesTarget, type Target, type TargetHost } from '../host/target.js';
import { hostPlace } from '../rollout/rings.js';
import { compareVersions, type ReleasePlatform, releasePlatforms } from './release.js';

/** Hosts that should get a version: a ring. Several of one version add up; widen one by a higher percentage. */
export interface UpgradeRing {
  readonly version: string;
  readonly target: Target;
  /** Of the hosts that the target selects, 1 to 100; the same hosts stay in as it grows. */
  readonly percent: number;
}

export interface UpgradeHost extends TargetHost {
  readonly id: string;
  readonly version: string;
  readonly capabilities: readonly string[];
  /** Versions that this host tried and went back from. */
  readonly failedVersions: readonly string[];
}

export interface UpgradeFacts {
  readonly rings: readonly UpgradeRing[];
  readonly groups: readonly HostGroup[];
  /** What is published, whole. */
  readonly releases: readonly { readonly version: string; readonly platform: string }[];
  /** How many hosts went back from a version. */
  readonly failures: Readonly<Record<string, number>>;
}

/** What speaks against the version itself; a host's own policy, keys or full disk do not. */
export const brokenVersionCodes: readonly string[] = ['reverted', 'does_not_start'];

/** So many hosts that went back from a version keep it from all others. */
export const haltAfterFailures = 3;

export type Offer =
  | { readonly offer: true; readonly version: string; readonly platform: ReleasePlatform }
  | { readonly offer: false; readonly reason: OfferReason; readonly version?: string };

export const offerReasons = ['no_ring', 'up_to_date', 'not_capable', 'not_published', 'failed_here', 'halted'] as const;
/** Why a host is offered nothing. */
export type OfferReason = (typeof offerReasons)[number];

/** Which version a host is to be offered now. It is the highest of those whose rings it is in. */
export function decideOffer(host: UpgradeHost, facts: UpgradeFacts): Offer {
  const rings = facts.rings.filter((ring) => isInRing(host, ring, facts.groups));
  const version = rings
    .map((ring) => ring.version)
    .sort(compareVersions)
    .at(-1);
  if (version === undefined) return { offer: false, reason: 'no_ring' };
  const no = (reason: OfferReason): Offer => ({ offer: false, reason, version });
  if (compareVersions(version, host.version) <= 0) return no('up_to_date');
  const platform = releasePlatforms.find((name) => host.capabilities.includes(upgradeCapability(name)));
  if (!platform) return no('not_capable');
  if (!facts.releases.some((release) => release.version === version && release.platform === platform))
    return no('not_published');
  if (host.failedVersions.includes(version)) return no('failed_here');
  if ((facts.failures[version] ?? 0) >= haltAfterFailures) return no('halted');
  return { offer: true, version, platform };
}

/** How an agent tells that it can be upgraded, and with which files. */
export function upgradeCapability(platform: ReleasePlatform): string {
  return `upgrade:${platform}`;
}

function isInRing(host: UpgradeHost, ring: UpgradeRing, groups: readonly HostGroup[]): boolean {
  if (!matchesTarget(ring.target, host, groups)) return false;
  // Another order of hosts for each version, so that the same ones are not always first.
  return hostPlace(ring.version, host.id) % 100 < ring.percent;
}
