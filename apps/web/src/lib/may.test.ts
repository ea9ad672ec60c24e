import { expect, it } from 'vitest';
import { mayAnywhere, mayEverywhere } from './may.js';

it.each([
  [['viewer@all'], 'run', false, false],
  [['viewer@all', 'operator@team:data'], 'run', true, false],
  [['operator@all'], 'job.write', false, false],
  [['editor@all+runas:service'], 'job.write', true, true],
  [['editor@jobs:all'], 'job.write', true, false],
  [['approver@all'], 'freeze.override', true, true],
  [undefined, 'freeze.override', true, true],
] as const)('with %j, %s may be done somewhere: %s, everywhere: %s', (grants, action, somewhere, everywhere) => {
  expect([mayAnywhere(grants, action), mayEverywhere(grants, action)]).toEqual([somewhere, everywhere]);
});
