import { describe, expect, it } from 'vitest';
import { readDocument } from '../../document/read-document.js';
import { conditionsOfPolicy } from '../documents/alert-policy.schema.js';
import type { Condition } from './condition.js';

const policy = (when: unknown, more: object = {}) =>
  readDocument({ kind: 'AlertPolicy', name: 'p', severity: 'low', when, ...more });

function read(when: unknown): Condition[] {
  const result = policy(when);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  if (result.value.kind !== 'AlertPolicy') throw new Error('another kind');
  return conditionsOfPolicy(result.value.spec);
}

function problems(when: unknown, more?: object): string[] {
  const result = policy(when, more);
  return result.ok ? [] : result.problems.map(({ message }) => message);
}

describe('conditions of a policy', () => {
  it.each<[unknown, Condition]>([
    [{ consecutiveFailures: 3 }, { kind: 'consecutiveFailures', count: 3 }],
    [{ failures: { atLeast: 3, of: 5 } }, { kind: 'failures', atLeast: 3, of: 5 }],
    [{ timedOut: 1 }, { kind: 'timedOut', count: 1 }],
    [
      { failureRate: '5%', window: '15m', minimumRuns: 20 },
      { kind: 'failureRate', above: 5, windowMs: 900_000, minimumRuns: 20, over: 'job' },
    ],
    [
      { failureRate: { above: 10, window: '1h', over: 'host' } },
      { kind: 'failureRate', above: 10, windowMs: 3_600_000, minimumRuns: 20, over: 'host' },
    ],
    [{ missed: true }, { kind: 'missed', graceMs: 0 }],
    [{ missed: { grace: '10m' } }, { kind: 'missed', graceMs: 600_000 }],
    [{ noSuccessFor: '26h' }, { kind: 'noSuccessFor', ms: 26 * 3_600_000 }],
    [{ longerThan: '2h' }, { kind: 'longerThan', ms: 7_200_000, factor: null }],
    [{ longerThan: '3x' }, { kind: 'longerThan', ms: null, factor: 3 }],
    [
      { exitCodes: [75, '100-199'] },
      {
        kind: 'exitCodes',
        ranges: [
          { from: 75, to: 75 },
          { from: 100, to: 199 },
        ],
      },
    ],
    [{ output: 'ORA-\\d+' }, { kind: 'output', pattern: 'ORA-\\d+' }],
    [{ logLevel: 'ERROR' }, { kind: 'logLevel', atLeast: 'error' }],
    [{ hostOffline: '10m' }, { kind: 'hostOffline', forMs: 600_000 }],
    [{ cpuAbove: { above: '90%', for: '5m' } }, { kind: 'load', figure: 'cpu', above: 90, forMs: 300_000 }],
    [{ memoryAbove: '95%' }, { kind: 'load', figure: 'memory', above: 95, forMs: 0 }],
    [{ diskAbove: 90 }, { kind: 'load', figure: 'disk', above: 90, forMs: 0 }],
    [{ drift: true }, { kind: 'drift' }],
    [{ rejected: true }, { kind: 'rejected' }],
    [{ spoolLoss: true }, { kind: 'spoolLoss' }],
    [{ clockSkew: '30s' }, { kind: 'clockSkew', ms: 30_000 }],
  ])('%j', (when, condition) => {
    expect(read(when)).toEqual([condition]);
  });

  it('may be several, of which any is enough', () => {
    expect(read({ consecutiveFailures: 2, missed: true }).map(({ kind }) => kind)).toEqual([
      'consecutiveFailures',
      'missed',
    ]);
  });

  it.each([
    [{}, 'when: missing; expected at least one condition, such as consecutiveFailures: 3'],
    [undefined, 'when: missing; expected a map'],
    [{ consecutiveFailure: 3 }, 'when.consecutiveFailure: unknown key; expected a key of the documented form'],
    [{ consecutiveFailures: 0 }, 'when.consecutiveFailures: expected at least 1, got 0'],
    [
      { failures: { atLeast: 6, of: 5 } },
      'when.failures.atLeast: expected at most 5, the number of runs that are looked at, got 6',
    ],
    [{ window: '15m', timedOut: 1 }, 'when.window: expected failureRate beside it, to which it belongs, got "15m"'],
    [
      { longerThan: 'long' },
      'when.longerThan: expected a duration such as 90s or 2h, or a multiple of the usual one such as 3x, got "long"',
    ],
  ])('%j is refused by name', (when, message) => {
    expect(problems(when)).toContain(message);
  });

  it.each([
    [{ failureRate: 'often' }, 'when.failureRate: expected a share such as 85%, above 0 and at most 100, got "often"'],
    [{ failureRate: { above: '5%', over: 'all' } }, 'when.failureRate.over: expected one of host, job, got "all"'],
    [{ cpuAbove: 'much' }, 'when.cpuAbove: expected a share such as 85%, above 0 and at most 100, got "much"'],
    [{ hostOffline: 'soon' }, 'when.hostOffline: expected a duration such as 90s, 5m, 2h or 1d'],
    [{ exitCodes: 'bad' }, 'when.exitCodes: expected '],
    [{ missed: { grace: 'soon' } }, 'when.missed.grace: expected a duration such as 90s, 5m, 2h or 1d'],
  ])('of a condition that may be said in several ways: %j is told by the way that was meant', (when, message) => {
    const [first = ''] = problems(when);
    expect(first.slice(0, message.length)).toBe(message);
    expect(first).not.toContain('documented forms');
  });

  it('refuses a pattern that cannot be matched in linear time, and says why', () => {
    expect(problems({ output: '(a)\\1' })[0]).toMatch(
      /^when\.output: expected a regular expression in RE2's syntax \(.*\), got/,
    );
    expect(problems({ output: '(' })[0]).toMatch(/^when\.output: expected a regular expression in RE2's syntax/);
  });

  it('refuses what stands beside them by name', () => {
    expect(problems({ drift: true }, { appliesTo: {} })).toEqual([
      'appliesTo: missing; expected at least one of all, jobs, labels',
    ]);
    expect(problems({ drift: true }, { for: 'soon' })[0]).toMatch(
      /^for: expected a duration such as 90s, 5m, 2h or 1d/,
    );
    expect(problems({ drift: true }, { runbook: 'javascript:alert(1)' })[0]).toMatch(/^runbook: expected /);
    expect(problems({ drift: true }, { resolveAfter: 0 })[0]).toBe('resolveAfter: expected at least 1, got 0');
  });

  it('says nothing of a stored policy that this version cannot read', () => {
    expect(conditionsOfPolicy({ when: { phaseOfTheMoon: 'full' } })).toEqual([]);
  });
});
