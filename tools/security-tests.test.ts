import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attackLines, securityTests } from './security-tests.mjs';

const repository = resolve(import.meta.dirname, '..');

describe('what SECURITY.md says is tried', () => {
  it('is there to be tried', () => {
    const files = securityTests(readFileSync(join(repository, 'SECURITY.md'), 'utf8'));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(join(repository, file)))).toEqual([]);
  });

  it('has a test for each attacker that is named', () => {
    const rows = readFileSync(join(repository, 'SECURITY.md'), 'utf8').match(/^\| \d+ \|.*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => securityTests(row).length === 0)).toEqual([]);
  });

  it('is counted by what each test made, else as one', () => {
    const tests = [
      { file: 'a.test.ts', passed: true, attacks: { tried: 40, refused: 39 } },
      { file: 'a.test.ts', passed: true, attacks: undefined },
      { file: 'b.test.ts', passed: false, attacks: undefined },
    ];
    expect(attackLines(['a.test.ts', 'b.test.ts'], tests)).toEqual([
      '  tried  refused  attacks of',
      '     41       40  a.test.ts',
      '      1        0  b.test.ts',
      '     42       40  all of them',
    ]);
  });
});
