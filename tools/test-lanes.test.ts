import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { patient, rest } from './test-lanes.mjs';

it('names tests that there are, each run once', () => {
  const folder = resolve(import.meta.dirname, '../apps/server/test/whole');
  expect(patient.filter((name) => !existsSync(join(folder, `${name}.ts`)))).toEqual([]);
  expect(rest.filter((word) => word.startsWith('**/'))).toEqual(patient.map((name) => `**/${name}.ts`));
});
