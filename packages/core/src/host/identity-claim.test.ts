import { describe, expect, it } from 'vitest';
import { clockAheadMs } from './clock.js';
import { copyDecidedReason, copyReason, type IdentityClaim, judgeIdentity } from './identity-claim.js';

const current = { instance: 'a', fingerprint: 'machine', isAlive: true };
const claim: IdentityClaim = { instance: 'b', fingerprint: 'machine', seen: 'never', current };

describe('an agent process with the identity of a host', () => {
  it.each<[string, Partial<IdentityClaim>, object]>([
    ['is the first', { current: null }, { accept: true, reason: 'first' }],
    ['connects again', { instance: 'a', seen: 'current' }, { accept: true, reason: 'same' }],
    ['was started anew', { current: { ...current, isAlive: false } }, { accept: true, reason: 'restarted' }],
    ['was started anew after a power cut', {}, { accept: true, reason: 'restarted' }],
    [
      'comes back after another took over',
      { seen: 'replaced' },
      { accept: true, reason: 'returned', quarantines: 'a' },
    ],
    ['is a copy that was found out', { seen: 'quarantined' }, { accept: false, reason: 'quarantined' }],
    [
      'is what somebody said that the host is not, whether or not the other one is there',
      { seen: 'barred', current: { ...current, isAlive: false } },
      { accept: false, reason: 'barred' },
    ],
    [
      'is a copy whose original is gone',
      { seen: 'quarantined', current: { ...current, isAlive: false } },
      { accept: true, reason: 'restarted' },
    ],
    ['runs on another machine', { fingerprint: 'other' }, { accept: false, reason: 'other_machine' }],
    [
      'runs on another machine, and the old one is gone',
      { fingerprint: 'other', current: { ...current, isAlive: false } },
      { accept: true, reason: 'moved' },
    ],
    [
      'runs on a machine that was renamed',
      { instance: 'a', seen: 'current', fingerprint: 'other' },
      { accept: true, reason: 'same' },
    ],
  ])('%s', (_name, change, verdict) => {
    expect(judgeIdentity({ ...claim, ...change })).toEqual(verdict);
  });
});

describe('the clock of a host', () => {
  it.each([
    ['right', 1_050, 0],
    ['ahead', 61_050, 60_000],
    ['behind', 550, -500],
  ])('is %s, as far as the way there and back lets us know', (_name, peerMs, aheadMs) => {
    expect(clockAheadMs(peerMs, { sentMs: 1_000, receivedMs: 1_100 })).toBe(aheadMs);
  });
});

it('names both machines to whoever has to choose, with where they came from and when', () => {
  const machine = (hostname: string, address: string | null) => ({ hostname, address, firstSeenMs: 0 });
  expect(copyReason('WEB-01', machine('srv-1', '10.0.0.5'), machine('clone-7', null))).toEqual({
    code: 'host_copied',
    text: 'two agents came as host WEB-01: srv-1 (10.0.0.5, first seen 1970-01-01T00:00:00.000Z) works as it, clone-7 (address not known, first seen 1970-01-01T00:00:00.000Z) is shut out. Say which one is the host',
  });
  expect(copyReason('WEB-01', null, machine('clone-7', null)).text).toContain('none works as it');
  expect(copyDecidedReason('WEB-01', 'clone-7').text).toBe('somebody said that clone-7 is host WEB-01');
  expect(copyDecidedReason('WEB-01', null).text).toBe('host WEB-01 was taken out');
});
