import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import type { HostGroup } from '../host/target.js';
import {
  approvalNeeded,
  countApprovals,
  judgeApproval,
  judgeRejection,
  judgeWithdrawal,
  type RequestFacts,
  whatChanged,
} from './change-request.js';

const groups: HostGroup[] = [
  { name: 'prod', labels: { env: 'prod' }, approval: { required: 1 } },
  { name: 'vault', hosts: ['KEY-01'], approval: { required: 2 } },
  { name: 'test', labels: { env: 'test' } },
];
const [prod, key, test] = [
  { name: 'DB-01', labels: { env: 'prod' } },
  { name: 'KEY-01', labels: { env: 'prod' } },
  { name: 'T-01', labels: { env: 'test' } },
];
const nothing = { groups, hosts: [], changedGroups: [], targetedGroups: [] };

describe('whether others must approve', () => {
  it('nobody, where no host of a protected group is moved', () => {
    expect(approvalNeeded({ ...nothing, hosts: [test], changedGroups: ['test'], targetedGroups: ['test'] })).toBeNull();
    expect(approvalNeeded({ ...nothing, groups: [], hosts: [prod] })).toBeNull();
  });

  it('as many as the strictest of the groups asks for, for the whole', () => {
    expect(approvalNeeded({ ...nothing, hosts: [test, prod] })).toEqual({
      required: 1,
      groups: ['prod'],
      hosts: ['DB-01'],
    });
    expect(approvalNeeded({ ...nothing, hosts: [prod, key] })).toEqual({
      required: 2,
      groups: ['prod', 'vault'],
      hosts: ['DB-01', 'KEY-01'],
    });
  });

  it('for a change of the group itself, its protection included', () => {
    expect(approvalNeeded({ ...nothing, changedGroups: ['VAULT'] })).toEqual({
      required: 2,
      groups: ['vault'],
      hosts: [],
    });
  });

  it('for what targets the group while nobody is in it', () => {
    expect(approvalNeeded({ ...nothing, targetedGroups: ['Prod'] })).toMatchObject({ groups: ['prod'], hosts: [] });
  });

  it('for a host that leaves the group, or comes into it, by its labels', () => {
    const moved = [prod, { name: 'DB-01', labels: { env: 'test' } }];
    expect(approvalNeeded({ ...nothing, hosts: moved })).toMatchObject({ groups: ['prod'], hosts: ['DB-01'] });
  });
});

describe('a group in a file', () => {
  it('says how many approve', () => {
    const read = (required: unknown) =>
      readDocument({ kind: 'HostGroup', name: 'prod', labels: { env: 'prod' }, approval: { required } });
    expect(read(2)).toMatchObject({ ok: true, value: { spec: { approval: { required: 2 } } } });
    for (const wrong of [0, 3, '1', undefined]) expect(read(wrong).ok).toBe(false);
  });
});

describe('who may decide', () => {
  const nowMs = 1_000;
  const request: RequestFacts = {
    state: 'open',
    expiresAtMs: 2_000,
    author: 'a',
    authorName: 'Ann',
    approvedBy: ['b'],
  };
  const person = (account: string | null, name: string, isPerson = true) => ({ account, name, isPerson });
  const why = (verdict: ReturnType<typeof judgeApproval>) => (verdict.ok ? 'ok' : verdict.reason);

  it.each([
    [person('c', 'cara'), 'ok'],
    [person('a', 'ann'), 'own_request'],
    // The same name by another way in.
    [person('z', 'ANN'), 'own_request'],
    [person('z', 'ann:token of hers'), 'own_request'],
    [person('b', 'bob'), 'already_approved'],
    [person('s', 'ci', false), 'no_person'],
    [person(null, 'admin'), 'no_person'],
  ])('%j approves: %s', (by, expected) => expect(why(judgeApproval(request, by, nowMs))).toBe(expected));

  it('nobody, when it is over', () => {
    for (const judge of [judgeApproval, judgeRejection, judgeWithdrawal]) {
      expect(why(judge({ ...request, state: 'rejected' }, person('c', 'cara'), nowMs))).toBe('not_open');
      expect(why(judge(request, person('c', 'cara'), 2_000))).toBe('expired');
    }
  });

  it('its author takes it back, others say no', () => {
    expect(why(judgeWithdrawal(request, person('a', 'ann'), nowMs))).toBe('ok');
    expect(why(judgeWithdrawal(request, person('c', 'cara'), nowMs))).toBe('not_author');
    expect(why(judgeRejection(request, person('c', 'cara'), nowMs))).toBe('ok');
    expect(why(judgeRejection(request, person('a', 'ann'), nowMs))).toBe('own_request');
  });

  it('who may not approve any more does not count', () => {
    expect(countApprovals(['a', 'b', 'b'], new Set(['b', 'c']))).toBe(1);
  });
});

describe('what became different', () => {
  it('is told by thing', () => {
    const before = [
      { what: 'Job a', said: 'hosts x' },
      { what: 'Job b', said: 'hosts x' },
      { what: 'Job c', said: 'same' },
    ];
    const after = [
      { what: 'Job a', said: 'hosts y' },
      { what: 'Job c', said: 'same' },
      { what: 'Job d', said: 'new' },
    ];
    expect(whatChanged(before, after)).toEqual([
      'Job a: was "hosts x", is "hosts y"',
      'Job b: it would not be changed any more',
      'Job d: it would be changed now, and would not have been',
    ]);
    expect(whatChanged(before, before)).toEqual([]);
  });
});
