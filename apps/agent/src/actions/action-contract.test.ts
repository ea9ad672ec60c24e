import { expect, it } from 'vitest';
import { actionContract } from '../testing/action-contract.js';
import { makeTempFolder } from '../testing/temp-folder.js';

it.each(actionContract)('$name', ({ check }) => {
  expect(() => check(makeTempFolder())).not.toThrow();
});
