import { join } from 'node:path';
import { type ApprovalRule, signApproval } from '@carillon/core/approval/signed-approval';
import { makeKeyPair } from '@carillon/core/desired/signing';
import { expect, it } from 'vitest';
import { entryOf, makeManifest } from '../testing/samples.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { ApprovalKeeper, fileApprovals } from './approvals.js';

const ann = makeKeyPair();
const manifest = makeManifest({ name: 'nightly', version: 3 });
const entry = entryOf(manifest);
const approval = signApproval(ann.privateKey, ann.publicKey, {
  ...{ jobId: manifest.jobId, name: 'nightly', version: 3, manifestHash: entry.manifestHash },
  ...{ hosts: ['db-01'], author: 'carol' },
});
const wanted = new Set([entry.manifestHash]);

function makeKeeper(rule: ApprovalRule | undefined = { count: 1, keys: [ann.publicKey] }) {
  const path = join(makeTempFolder(), 'approvals.json');
  const side = { rule, hostName: 'DB-01' };
  const open = () => new ApprovalKeeper(fileApprovals(path), () => side);
  return { side, open, keeper: open() };
}

it('asks for nothing and keeps nothing where the policy asks for nothing', () => {
  const { keeper, side } = makeKeeper();
  Object.assign(side, { rule: undefined });
  expect(keeper.judge(manifest, entry.manifestHash)).toEqual({ ok: true });
  keeper.take([approval], wanted);
  Object.assign(side, { rule: { count: 1, keys: [ann.publicKey] } });
  expect(keeper.judge(manifest, entry.manifestHash)).toMatchObject({ code: 'not_approved' });
});

it('keeps what was told over restarts, and lets go of what matters no more', () => {
  const { keeper, open } = makeKeeper();
  keeper.take([approval], wanted);
  // Told less the next time.
  keeper.take([], wanted);
  expect(open().judge(manifest, entry.manifestHash)).toEqual({ ok: true });
  keeper.take([], new Set());
  expect(open().judge(manifest, entry.manifestHash)).toMatchObject({ code: 'not_approved' });
});

it('remembers what it registered, also when the job is gone and the agent was started again', () => {
  const { keeper, open } = makeKeeper();
  keeper.take([approval], wanted);
  keeper.registered({ ...entry, version: 4 });
  keeper.registered(entry);
  expect(open().judge(manifest, entry.manifestHash)).toMatchObject({ message: expect.stringContaining('version 4') });
});

it('takes off what the owner does not trust any more: a key that left his list', () => {
  const { keeper, side } = makeKeeper();
  keeper.take([approval], wanted);
  keeper.registered(entry);
  expect(keeper.judge(manifest, entry.manifestHash)).toEqual({ ok: true });
  Object.assign(side, { rule: { count: 1, keys: [makeKeyPair().publicKey] } });
  expect(keeper.judge(manifest, entry.manifestHash)).toMatchObject({ code: 'not_approved' });
});
