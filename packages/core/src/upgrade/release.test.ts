import { describe, expect, it } from 'vitest';
import { makeKeyPair, signText } from '../desired/signing.js';
import { compareVersions, judgeRelease, type ReleaseFacts } from './release.js';

const publisher = makeKeyPair();
const nowMs = Date.UTC(2026, 10, 26);
const release = {
  kind: 'carillon/release/v1',
  version: '0.2.0',
  platform: 'node',
  sha256: 'a'.repeat(64),
  bytes: 1_000,
  expires: '2027-01-01T00:00:00Z',
};
const facts: ReleaseFacts = { releaseKeys: [publisher.publicKey], currentVersion: '0.1.9', platform: 'node', nowMs };

function judge(
  changes: object = {},
  about: Partial<ReleaseFacts> = {},
  key = publisher,
  context = 'carillon/v1/release',
) {
  const text = JSON.stringify({ ...release, ...changes });
  const verdict = judgeRelease(
    { text, signature: signText(key.privateKey, context as never, text) },
    { ...facts, ...about },
  );
  return verdict.ok ? 'ok' : verdict.code;
}

describe('a release', () => {
  it('is taken when a pinned key has signed it and it is newer', () => expect(judge()).toBe('ok'));

  it.each([
    ['of nobody who was pinned', {}, { releaseKeys: [] }, 'no_release_key'],
    ['with fields it should not have', { extra: 1 }, {}, 'bad_release'],
    ['without a proper version', { version: '0.2' }, {}, 'bad_release'],
    ['for another system', { platform: 'windows-x64' }, {}, 'wrong_platform'],
    ['for an agent in pieces', {}, { platform: undefined }, 'not_one_file'],
    ['that is the same', { version: '0.1.9' }, {}, 'not_newer'],
    ['that is older', { version: '0.1.8' }, {}, 'not_newer'],
    ['that has expired', { expires: '2026-11-25T23:59:59Z' }, {}, 'expired'],
  ])('is refused: one %s', (_, changes, about, code) => expect(judge(changes, about)).toBe(code));

  it('is refused from another key, or signed for something else', () => {
    expect(judge({}, {}, makeKeyPair())).toBe('bad_signature');
    expect(judge({}, {}, publisher, 'carillon/v1/manifest')).toBe('bad_signature');
    expect(judgeRelease({ text: '{', signature: 'x' }, facts)).toMatchObject({ code: 'bad_signature' });
  });
});

describe('versions', () => {
  it.each([
    ['0.10.0', '0.9.9', 1],
    ['1.0.0', '0.99.99', 1],
    ['0.1.0', '0.1.0', 0],
    ['0.1.0', '0.1.1', -1],
    ['dev', '0.0.0', -1],
  ])('%s against %s', (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign));
});
