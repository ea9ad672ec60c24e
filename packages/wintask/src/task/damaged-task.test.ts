import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTaskXml } from './read-task-xml.js';
import { encodeTaskXml, writeTaskXml } from './write-task-xml.js';

const folder = join(import.meta.dirname, 'fixtures');
const samples = readdirSync(folder)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => readFileSync(join(folder, name)));

/** A real file in which pieces were cut out, doubled or overwritten, as bad disks, editors and merges do. */
const damaged = fc
  .record({
    sample: fc.nat(samples.length - 1),
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(40),
        insert: fc.oneof(
          fc.uint8Array({ maxLength: 6 }),
          fc.constantFrom('<', '>', '&', '"', '<Exec>', '</Task>', ']]>'),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ sample, cuts }) => {
    let bytes = samples[sample]!;
    for (const { at, length, insert } of cuts) {
      const start = Math.floor(at * bytes.length);
      bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(insert), bytes.subarray(start + length)]);
    }
    return bytes;
  });

it('a damaged file is refused with a line and a reason, or read as a whole definition', () => {
  fc.assert(
    fc.property(damaged, (bytes) => {
      const read = readTaskXml(bytes);
      if (!read.ok) {
        expect(read.problem.line).toBeGreaterThan(0);
        expect(read.problem.message).not.toBe('');
        return;
      }
      const again = readTaskXml(encodeTaskXml(writeTaskXml(read.task)));
      expect(again).toEqual(read);
    }),
    { numRuns: 3_000 },
  );
});
