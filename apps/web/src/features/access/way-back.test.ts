import { readGrant } from '@carillon/core/access/grant';
import { expect, it } from 'vitest';
import { type Account, lossesOf } from './way-back.js';

const grants = (...texts: string[]) =>
  texts.flatMap((text) => readGrant(text)).flatMap((read) => (read.ok ? read.value : []));
const account = (name: string, may: string, more: Partial<Account> = {}): Account => ({
  ...{ name, kind: 'person', issuer: null, groups: [], hasPassword: true, hasSecondFactor: false, disabled: false },
  ...{ author: 'admin', createdAt: '2026-11-20T08:00:00.000Z', signedInAt: null },
  grants: grants(may),
  ...more,
});
const [ann, ben, cy] = [account('ann', 'admin@all'), account('ben', 'admin@all'), account('cy', 'viewer@all')] as const;

it('what goes with an account is told: one’s own way in, and the last that administers everything', () => {
  const accounts = [ann, ben, cy];
  expect(lossesOf({ account: ann, grants: [], me: 'ben', accounts })).toEqual([]);
  expect(lossesOf({ account: ann, grants: [], me: 'Ann', accounts })).toEqual(['own']);
  expect(lossesOf({ account: ann, grants: [], me: 'ann', accounts: [ann, cy] })).toEqual(['own', 'last']);
  // By the server's own token, with nobody else left; who is disabled and what is no person do not count.
  const away = [account('ben', 'admin@all', { disabled: true }), account('bot', 'admin@all', { kind: 'service' })];
  expect(lossesOf({ account: ann, grants: [], me: 'admin', accounts: [ann, ...away] })).toEqual(['last']);
  expect(lossesOf({ account: cy, grants: [], me: 'cy', accounts })).toEqual(['own']);
});

it('other rights are a loss only where they administer everything no more', () => {
  const accounts = [ann, cy];
  const change = (text: string) => lossesOf({ account: ann, grants: grants(text), me: 'ann', accounts });
  expect(change('admin@all')).toEqual([]);
  expect(change('admin@team:data')).toEqual(['own', 'last']);
  expect(lossesOf({ account: cy, grants: grants('operator@all'), me: 'cy', accounts })).toEqual([]);
});
