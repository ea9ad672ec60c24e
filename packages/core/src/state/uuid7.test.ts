import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowestUuidAt, makeUuid7, timeOfUuid7 } from './uuid7.js';

describe('UUIDv7', () => {
  it('carries its time, sorts by it and stands above the border of its millisecond', () => {
    const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
    const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(time, time, random, (a, b, bytes) => {
        const id = makeUuid7(a, bytes);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(timeOfUuid7(id)).toBe(a);
        expect(id > lowestUuidAt(a)).toBe(true);
        if (a < b) expect(id < lowestUuidAt(b)).toBe(true);
      }),
    );
  });
});
