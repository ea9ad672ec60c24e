import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attackLines, namedTests, securityTests } from './security-tests.mjs';

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

describe('tests that the documentation names', () => {
  const text = (file: string) => readFileSync(join(repository, file), 'utf8');
  const docs = readdirSync(join(repository, 'docs')).filter((name) => name.endsWith('.md'));

  it('are there', () => {
    const missing = ['README.md', 'SECURITY.md', ...docs.map((name) => `docs/${name}`)].flatMap((file) =>
      namedTests(text(file))
        .filter((test) => !existsSync(join(repository, test)))
        .map((test) => `${file}: ${test}`),
    );
    expect(missing).toEqual([]);
  });

  it('prove each answer to an operating problem', () => {
    const chapter = text('docs/operations.md')
      .split(/^## /m)
      .find((part) => part.startsWith('Operating problems'));
    const sections = (chapter ?? '').split(/^### /m).slice(1);
    expect(sections.length).toBeGreaterThanOrEqual(4);
    // In each row of a table that says what answers it.
    const rows = sections.flatMap((section) => section.match(/^\| (?!-|Problem|What).*$/gm) ?? []);
    expect(rows.length).toBeGreaterThanOrEqual(12);
    expect(rows.filter((row) => namedTests(row).length === 0)).toEqual([]);
  });
});
