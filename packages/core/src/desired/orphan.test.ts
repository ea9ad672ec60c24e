import { expect, it } from 'vitest';
import { judgeOrphan } from './orphan.js';

const dayMs = 86_400_000;
const rule = { disableAfterMs: 30 * dayMs };

it('starts until the centre has been away for as long as the job says', () => {
  expect(judgeOrphan(rule, 0, 30 * dayMs - 1)).toEqual({ orphaned: false });
  expect(judgeOrphan(rule, 0, 30 * dayMs)).toEqual({
    orphaned: true,
    message:
      'the centre was last heard 1970-01-01T00:00:00.000Z; after 30 days without it this job starts no more (orphans)',
  });
});

it('goes on where the job says nothing, nothing is known, or the clock was put back', () => {
  expect(judgeOrphan(undefined, 0, 900 * dayMs)).toEqual({ orphaned: false });
  expect(judgeOrphan(rule, null, 900 * dayMs)).toEqual({ orphaned: false });
  expect(judgeOrphan(rule, 900 * dayMs, 0)).toEqual({ orphaned: false });
});
