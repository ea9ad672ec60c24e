import { describe, expect, it } from 'vitest';
import { judgeOverlap, queuedRuns } from './overlap.js';

const one = [{ runId: 'a', isWaiting: false }];
const full = [...one, ...Array.from({ length: queuedRuns }, (_, index) => ({ runId: `w${index}`, isWaiting: true }))];

describe('a start while others of its job are under way', () => {
  it.each([
    ['skip', [], { act: 'start' }],
    ['skip', one, { act: 'skip', reason: 'overlap', message: 'run a is still under way' }],
    ['parallel', full, { act: 'start' }],
    ['replace', one, { act: 'replace', runIds: ['a'] }],
    ['queue', one, { act: 'wait', runIds: ['a'] }],
    ['queue', full, { act: 'skip', reason: 'queue_full', message: '5 runs wait already, expected fewer than 5' }],
  ] as const)('%s with %j', (policy, underWay, verdict) => {
    expect(judgeOverlap(policy, underWay)).toEqual(verdict);
  });
});
