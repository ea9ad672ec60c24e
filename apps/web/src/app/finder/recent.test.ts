import { expect, it } from 'vitest';
import { recents, rememberRecent } from './recent.js';

it('keeps what was looked at, the last first and once, and nothing of an address that is broken', () => {
  for (const path of ['/jobs/etl', '/jobs', '/hosts/WIN%2001', '/jobs/%E0%A4%A', '/jobs/etl/edit', '/jobs/etl'])
    rememberRecent(path);
  // Files share what they load: older ones may follow.
  expect(recents().slice(0, 2)).toEqual([
    { kind: 'jobs', name: 'etl' },
    { kind: 'hosts', name: 'WIN 01' },
  ]);
});
