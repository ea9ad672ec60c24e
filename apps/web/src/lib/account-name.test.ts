import { expect, it } from 'vitest';
import { accountName } from './account-name.js';

it('calls accounts that every Windows has by their names, and leaves others as they are', () => {
  expect(['S-1-5-18', 's-1-5-20', 'S-1-5-21-1-2-3-500', 'CORP\\svc', ''].map(accountName)).toEqual([
    'SYSTEM',
    'NETWORK SERVICE',
    'S-1-5-21-1-2-3-500',
    'CORP\\svc',
    '',
  ]);
});
