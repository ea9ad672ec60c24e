import { expect, it } from 'vitest';
import { auditPlace } from './audit-place.js';

it.each([
  ['Job', 'updated', 'nightly', { of: 'job', name: 'nightly' }],
  ['Rollout', 'halted', 'nightly', { of: 'job', name: 'nightly' }],
  [
    'AlertDocument',
    'created',
    'Route to the night shift',
    { of: 'document', kind: 'Route', name: 'to the night shift' },
  ],
  ['Incident', 'acknowledged', '#3 erp: 2 runs failed', { of: 'incident', number: 3 }],
  ['ChangeRequest', 'approved', '12 apply Job nightly', { of: 'request', number: 12 }],
  ['Account', 'created', 'ann', { of: 'access' }],
])('a row about %s that was %s leads to it', (kind, act, what, place) => {
  expect(auditPlace({ kind, act, what })).toEqual(place);
});

it('what is gone, what has no page and what a newer server writes lead nowhere', () => {
  expect(auditPlace({ kind: 'Job', act: 'deleted', what: 'nightly' })).toBeNull();
  expect(auditPlace({ kind: 'Upgrade', act: 'set ring', what: '' })).toBeNull();
  expect(auditPlace({ kind: 'AlertDocument', act: 'created', what: 'Tune x' })).toBeNull();
  expect(auditPlace({ kind: 'Incident', act: 'noted', what: 'without a number' })).toBeNull();
});
