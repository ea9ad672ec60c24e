import { z } from 'zod';
import { verifyText } from '../desired/signing.js';
import type { UpgradeText } from '../text/host-fault-texts.js';

/** What a program file runs on: the Windows executable, or the one script that Node runs anywhere. */
export const releasePlatforms = ['windows-x64', 'node'] as const;
export type ReleasePlatform = (typeof releasePlatforms)[number];

const versionText = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;

/** What a publisher signs. A release is one file for one platform. */
export const releaseSchema = z.strictObject({
  kind: z.literal('carillon/release/v1'),
  /** Three numbers, `0.2.0`; a higher one is newer. */
  version: z.string().regex(versionText),
  platform: z.enum(releasePlatforms),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1).max(1_000_000_000),
  /** After this no agent takes it any more. */
  expires: z.iso.datetime(),
});
export type Release = z.infer<typeof releaseSchema>;

/** A release as it travels: the text that is signed, byte for byte. */
export interface SignedRelease {
  readonly text: string;
  readonly signature: string;
}

/** @returns below 0 when `a` is older than `b`, above 0 when it is newer. What is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => versionText.exec(text)?.slice(1).map(Number) ?? [-1]);
  for (let index = 0; index < 3; index += 1) {
    const difference = (left?.[index] ?? -1) - (right?.[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

export interface ReleaseFacts {
  /** Keys of publishers that were pinned when the agent joined. */
  readonly releaseKeys: readonly string[];
  readonly currentVersion: string;
  readonly platform: ReleasePlatform | undefined;
  readonly nowMs: number;
}

export type ReleaseVerdict =
  | { readonly ok: true; readonly release: Release }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** May an agent become this release? Nothing of it is believed before its signature is. */
export function judgeRelease({ text, signature }: SignedRelease, facts: ReleaseFacts): ReleaseVerdict {
  const no = (code: string, message: UpgradeText): ReleaseVerdict => ({
    ok: false,
    code,
    message,
  });
  if (facts.releaseKeys.length === 0)
    return no(
      'no_release_key',
      'this host has pinned no key of a publisher; give one with carillon-agent install --release-key',
    );
  if (!facts.releaseKeys.some((key) => verifyText(key, 'carillon/v1/release', text, signature)))
    return no('bad_signature', 'the signature of the release is not of a pinned key');
  const parsed = releaseSchema.safeParse(parseJson(text));
  if (!parsed.success)
    return no('bad_release', `release.${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
  const release = parsed.data;
  if (facts.platform === undefined)
    return no(
      'not_one_file',
      'this agent does not run as one file, so there is nothing to put another in the place of',
    );
  if (release.platform !== facts.platform)
    return no('wrong_platform', `the release is for ${release.platform}, this host is ${facts.platform}`);
  if (compareVersions(release.version, facts.currentVersion) <= 0)
    return no('not_newer', `version ${release.version} is not newer than ${facts.currentVersion}, which runs here`);
  if (Date.parse(release.expires) <= facts.nowMs) return no('expired', `the release expired at ${release.expires}`);
  return { ok: true, release };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
