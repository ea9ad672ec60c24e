import { expect, it } from 'vitest';
import { holdBackReason } from './hold-back.js';

it.each([
  [[], [], null],
  [['conditions'], ['run', 'conditions'], null],
  [['conditions', 'watch'], ['run', 'watch'], 'its agent cannot do conditions; upgrade it'],
  [['conditions', 'watch'], [], 'its agent cannot do conditions, watch; upgrade it'],
])('a job that needs %j on an agent that can do %j', (needs, capabilities, reason) => {
  expect(holdBackReason(needs, capabilities)).toBe(reason);
});
