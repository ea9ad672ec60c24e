import { describe, expect, it } from 'vitest';
import { makeKeyPair } from '../desired/signing.js';
import { readPolicy } from '../policy/host-policy.js';
import {
  type Approval,
  type ApprovalFacts,
  type ApprovalRule,
  approvalText,
  approverFingerprint,
  judgeApprovals,
  readApproval,
  type SignedApproval,
  signApproval,
} from './signed-approval.js';

const [ann, bob, stranger] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
const hash = 'a'.repeat(64);
const approval: Omit<Approval, 'kind'> = {
  jobId: '00000000-0000-7000-8000-000000000001',
  name: 'nightly',
  version: 2,
  manifestHash: hash,
  hosts: ['DB-02', 'db-01', 'DB-01'],
  author: 'carol',
};
const facts: ApprovalFacts = {
  jobId: approval.jobId,
  name: 'nightly',
  version: 2,
  manifestHash: hash,
  hostName: 'DB-01',
  accepted: undefined,
  nowMs: Date.parse('2026-11-28T00:00:00Z'),
};
const by = (pair: typeof ann, change: Partial<Approval> = {}): SignedApproval =>
  signApproval(pair.privateKey, pair.publicKey, { ...approval, ...change });
const rule: ApprovalRule = { count: 1, keys: [ann.publicKey, bob.publicKey] };

function said(approvals: readonly SignedApproval[], asks = rule, change: Partial<ApprovalFacts> = {}): string {
  const verdict = judgeApprovals(asks, { ...facts, ...change }, approvals);
  return verdict.ok ? 'ok' : `${verdict.code}: ${verdict.message}`;
}

describe('the text of an approval', () => {
  it('is one text for the same, and read back', () => {
    const text = approvalText(approval);
    expect(text).toBe(approvalText({ ...approval, hosts: ['db-01', 'db-02'] }));
    expect(readApproval(text)).toMatchObject({ kind: 'carillon/approval/v1', hosts: ['db-01', 'db-02'] });
  });

  it.each(['', '{}', '[]', 'null', approvalText(approval).replace('db-01', 'DB-01'), ` ${approvalText(approval)}`])(
    'is not %j',
    (text) => expect(readApproval(text)).toBeNull(),
  );
});

describe('a host that asks for approvals', () => {
  it('takes what a listed approver signed, by his key or its fingerprint', () => {
    expect(said([by(ann)])).toBe('ok');
    expect(said([by(bob)], { count: 1, keys: [approverFingerprint(bob.publicKey)] })).toBe('ok');
    expect(said([by(ann), by(bob)], { ...rule, count: 2 })).toBe('ok');
  });

  it.each<[string, readonly SignedApproval[], RegExp]>([
    ['nothing', [], /asks for 1 signatures of approvers, it has 0$/],
    ['what a stranger signed', [by(stranger)], /does not list this key/],
    [
      'what a stranger signed in the name of another',
      [{ ...by(stranger), key: ann.publicKey }],
      /signature is not good/,
    ],
    ['a text that was changed', [{ ...by(ann), text: approvalText({ ...approval, version: 3 }) }], /not good/],
    ['an approval of another version', [by(ann, { version: 1 })], /is for version 1/],
    ['an approval of another job', [by(ann, { jobId: 'x' })], /for another job/],
    ['an approval of another definition', [by(ann, { manifestHash: 'b'.repeat(64) })], /another definition/],
    ['an approval for other hosts', [by(ann, { hosts: ['web-01'] })], /does not name this host/],
    ['an approval that is over', [by(ann, { expiresAt: '2026-11-27T00:00:00Z' })], /good until 2026-11-27/],
  ])('does not take %s', (_what, approvals, words) => {
    expect(said(approvals)).toMatch(/^not_approved: job nightly version 2: /);
    expect(said(approvals)).toMatch(words);
  });

  it('counts approvers and not signatures', () => {
    const two = { count: 2, keys: rule.keys };
    expect(said([by(ann), by(ann, { expiresAt: '2027-01-01T00:00:00Z' })], two)).toMatch(/it has 1/);
    const keys = [
      { key: ann.publicKey, of: 'Ann' },
      { key: bob.publicKey, of: 'ann' },
    ];
    expect(said([by(ann), by(bob)], { count: 2, keys })).toMatch(/it has 1/);
  });

  it('does not take the author for his own approver', () => {
    const keys = [{ key: ann.publicKey, of: 'Carol' }, bob.publicKey];
    expect(said([by(ann)], { count: 1, keys })).toMatch(/Carol wrote the definition himself/);
    expect(said([by(ann), by(bob)], { count: 1, keys })).toBe('ok');
  });

  it('never goes back below what was approved', () => {
    const accepted = { version: 3, manifestHash: 'c'.repeat(64) };
    expect(said([by(ann)], rule, { accepted })).toMatch(/version 3 was approved and registered here/);
    expect(said([by(ann)], rule, { accepted: { version: 2, manifestHash: hash } })).toBe('ok');
  });

  it('keeps what it registered while the approval was good', () => {
    const old = by(ann, { expiresAt: '2026-11-27T00:00:00Z' });
    expect(said([old], rule, { accepted: { version: 2, manifestHash: hash } })).toBe('ok');
  });

  it('does not take what names no host where it has no name', () => {
    expect(said([by(ann)], rule, { hostName: undefined })).toMatch(/does not name this host/);
  });
});

describe('the rule in a policy file', () => {
  const read = (requireApprovals: unknown) => readPolicy(JSON.stringify({ requireApprovals }));

  it('lists keys, fingerprints and whose they are', () => {
    const keys = [ann.publicKey, approverFingerprint(bob.publicKey), { key: stranger.publicKey, of: 'dora' }];
    expect(read({ count: 2, keys }).ok).toBe(true);
  });

  it.each([
    { count: 2, keys: [ann.publicKey] },
    { count: 0, keys: [ann.publicKey] },
    { count: 1, keys: ['short'] },
  ])('is not %j', (rule) => expect(read(rule).ok).toBe(false));
});
