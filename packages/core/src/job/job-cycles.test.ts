import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followedJobs, jobCycles } from './job-cycles.js';

const jobs = (edges: Record<string, string[]>) => Object.entries(edges).map(([name, after]) => ({ name, after }));

describe('jobs after jobs', () => {
  it.each<[string, Record<string, string[]>, string[], string[][]]>([
    ['a chain', { a: [], b: ['a'], c: ['b', 'a'] }, ['a', 'b', 'c'], []],
    ['itself', { a: ['a'] }, ['a'], [['a', 'a']]],
    ['two, without case', { Load: ['EXTRACT'], Extract: ['load'] }, ['Load'], [['Load', 'Extract', 'Load']]],
    ['one circle once', { a: ['c'], b: ['a'], c: ['b'] }, ['a', 'b', 'c'], [['a', 'c', 'b', 'a']]],
    ['the shortest way around', { a: ['b', 'c'], b: ['c'], c: ['a'] }, ['a'], [['a', 'c', 'a']]],
    ['a circle that was there before', { a: ['b'], b: ['a'], c: ['a'] }, ['c'], []],
    ['a job that is not there', { a: ['x'] }, ['a'], []],
  ])('%s', (_, edges, changed, circles) => {
    expect(jobCycles(jobs(edges), changed)).toEqual(circles);
  });

  it('only what goes in circles is refused, and every circle is one', () => {
    const edge = fc.tuple(fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 25 }), (pairs) => {
        const names = Array.from({ length: 10 }, (_, index) => `j${index}`);
        const list = names.map((name, index) => ({
          name,
          after: pairs.filter(([from]) => from === index).map(([, to]) => `j${to}`),
        }));
        const after = (name: string) => list.find((job) => job.name === name)?.after ?? [];
        const circles = jobCycles(list, names);
        for (const circle of circles) {
          expect(circle[0]).toBe(circle.at(-1));
          for (const [at, name] of circle.slice(0, -1).entries()) expect(after(name)).toContain(circle[at + 1]);
        }
        // Without circles, taking away jobs that start after nothing leaves nothing.
        let left = list;
        for (let before = -1; before !== left.length; ) {
          before = left.length;
          left = left.filter((job) => job.after.some((name) => left.some((other) => other.name === name)));
        }
        expect(left.length > 0).toBe(circles.length > 0);
      }),
    );
  });

  it('counts what only some hosts have', () => {
    const job = (name: string) => ({ kind: 'job' as const, job: name, outcome: 'any' as const });
    expect(followedJobs({ schedule: [job('a')], overrides: [{ schedule: [job('b'), job('a')] }, {}] })).toEqual([
      'a',
      'b',
    ]);
  });
});
