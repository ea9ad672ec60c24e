import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentStates, driftKinds } from '../state/states.js';
import { chooseRepairs, groupAlike, type JobHost } from './repair.js';

const hosts = fc
  .uniqueArray(fc.record({ name: fc.stringMatching(/^[a-d]{1,2}$/), state: fc.constantFrom(...assignmentStates) }), {
    selector: ({ name }) => name,
  })
  .map((list) => list as JobHost[]);
const names = fc.array(fc.stringMatching(/^[a-dA-D]{1,2}$/), { minLength: 1, maxLength: 6 });
const is = (host: JobHost, name: string) => host.name.toLowerCase() === name.toLowerCase();

describe('which hosts are told to put a task back', () => {
  it('without names: all that are known to differ, and no other', () => {
    fc.assert(
      fc.property(hosts, (all) => {
        const chosen = chooseRepairs(all, undefined);
        expect(chosen).toEqual({ ok: true, hosts: all.filter(({ state }) => state === 'drifted') });
      }),
    );
  });

  it('by name: exactly those, each once, in the order of the hosts; or nobody, where one does not have the job', () => {
    fc.assert(
      fc.property(hosts, names, (all, given) => {
        const have = all.filter(({ state }) => state !== 'removing');
        const chosen = chooseRepairs(all, given);
        const unknown = given.flatMap((name, index) => (have.some((host) => is(host, name)) ? [] : [index]));
        if (unknown.length > 0) expect(chosen).toEqual({ ok: false, unknown });
        else expect(chosen).toEqual({ ok: true, hosts: have.filter((host) => given.some((name) => is(host, name))) });
      }),
    );
  });

  it('a host whose task is as it should be may be told too: it looks itself', () => {
    const host = { name: 'DB-01', state: 'applied' } as const;
    expect(chooseRepairs([host], ['db-01'])).toEqual({ ok: true, hosts: [host] });
  });

  it('one that the job is taken off is not', () => {
    expect(chooseRepairs([{ name: 'a', state: 'removing' }], ['a'])).toEqual({ ok: false, unknown: [0] });
  });
});

describe('hosts that differ in the same way', () => {
  const fields = fc.option(
    fc.array(
      fc.record({
        path: fc.constantFrom('x', 'y'),
        wanted: fc.constant(1),
        found: fc.constantFrom<unknown>(2, null, '2'),
      }),
      { maxLength: 2 },
    ),
  );
  const drift = fc.record({
    found: fc.constantFrom(...driftKinds),
    fields,
    differences: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }),
  });

  it('are together, each in one group, and those that differ otherwise are not', () => {
    fc.assert(
      fc.property(fc.array(drift, { maxLength: 12 }), (list) => {
        const drifts = list.map((each, index) => ({ ...each, host: `h${index}` }));
        const groups = groupAlike(drifts);
        expect(groups.flatMap((group) => group.hosts).sort()).toEqual(drifts.map(({ host }) => host).sort());
        const said = (of: (typeof drifts)[number]) => JSON.stringify([of.found, of.fields ?? of.differences]);
        for (const { alike, hosts: members } of groups)
          for (const each of drifts) expect(said(each) === said(alike)).toBe(members.includes(each.host));
        const sizes = groups.map((group) => group.hosts.length);
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      }),
    );
  });
});
