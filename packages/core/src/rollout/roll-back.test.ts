import { expect, it } from 'vitest';
import { judgeRollBack, type RollBackFacts } from './roll-back.js';

const facts: RollBackFacts = { job: 'nightly', version: 4, baseVersion: 2, isNewest: true, state: 'running' };
const judge = (changes: Partial<RollBackFacts>) => judgeRollBack({ ...facts, ...changes });

it.each(['running', 'halted', 'done'] as const)(
  'can be done of a rollout that is %s, to what all hosts had',
  (state) => {
    expect(judge({ state })).toEqual({ ok: true, to: 2 });
  },
);

it.each<[string, Partial<RollBackFacts>, string, string]>([
  ['that something newer came after', { isNewest: false }, 'not_newest', 'version 4 is not the newest any more'],
  ['of a new job', { baseVersion: null }, 'no_version_before', 'carillon delete takes it off its hosts'],
  ['that was rolled back', { state: 'rolled_back' }, 'over', 'job nightly: version 4 was rolled back already'],
  ['that was superseded', { state: 'superseded' }, 'over', 'job nightly: version 4 was superseded'],
])('cannot of one %s', (_what, changes, code, message) => {
  expect(judge(changes)).toMatchObject({ ok: false, code, message: expect.stringContaining(message) });
});
