import { expect, it } from 'vitest';
import { durationSchema } from './parts.schema.js';

it('says how long a duration may be as one writes it', () => {
  const schema = durationSchema({ min: 1_000, max: 12 * 3_600_000 });
  expect(schema.parse('90m')).toBe(5_400_000);
  expect(JSON.stringify(schema.safeParse('13h').error?.issues)).toContain('2h or 1d, from 1s to 12h');
});
