import { expect, it } from 'vitest';
import { forgottenRuns } from './forgotten-run.js';

const asked = [{ runId: 'a' }, { runId: 'b' }];

it('is one that its host neither runs nor has the end of', () => {
  expect(forgottenRuns(asked, { underWay: new Set(['a']), hasUntold: false })).toEqual([{ runId: 'b' }]);
});

it('is not said of any while an end may still be on its way', () => {
  expect(forgottenRuns(asked, { underWay: new Set(), hasUntold: true })).toEqual([]);
});
