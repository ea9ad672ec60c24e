import { createHash } from 'node:crypto';
import { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import type { Release } from '@carillon/core/upgrade/release';
import type { Place } from '../fleet/place.js';

const version = '0.2.0';
/** Nobody runs it: hosts of a demo say what a host would say, and fetch nothing. */
const program = Buffer.from('This file stands for an agent in a demo.\n');

/** Publishes a newer agent and offers it ring by ring: test hosts first, then one site, then a part of all others. */
export async function startUpgrade(place: Place, nowMs: number): Promise<void> {
  const release: Release = {
    kind: 'carillon/release/v1',
    version,
    platform: 'windows-x64',
    sha256: createHash('sha256').update(program).digest('hex'),
    bytes: program.length,
    expires: new Date(nowMs + 60 * 86_400_000).toISOString(),
  };
  const text = canonicalJson({ ...release });
  const signature = signText(makeKeyPair().privateKey, 'carillon/v1/release', text);
  await place.call(upgradeRoutes.publish, { body: { text, signature } });
  const part = { offset: 0, data: program.toString('base64') };
  await place.call(upgradeRoutes.part, { sha256: release.sha256, body: part });
  const rings = [
    { target: { labels: { env: 'test' } }, percent: 100 },
    { target: { labels: { site: 'hamburg' } }, percent: 100 },
    { target: { all: true as const }, percent: 10 },
  ];
  for (const ring of rings) await place.call(upgradeRoutes.setRing, { body: { version, ...ring } });
}
