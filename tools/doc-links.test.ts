import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { anchorsOf, brokenLinks, brokenMentions } from './doc-links.mjs';

const repository = resolve(import.meta.dirname, '..');
/** Without git, as in a downloaded archive, there is no list. */
const files = existsSync(join(repository, '.git'))
  ? execFileSync('git', ['ls-files'], { cwd: repository, encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\n')
      .filter((file) => existsSync(join(repository, file)) && !file.includes('/fixtures/'))
  : [];

it('every link of every document leads somewhere', () => {
  const broken = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => brokenLinks(repository, file).map((link: string) => `${file}: ${link}`));
  expect(broken).toEqual([]);
});

it('every document that a source mentions is there', () => {
  const broken = files
    .filter((file) => /\.(md|tsx?|mjs|cjs|ya?ml|sql|prisma)$/.test(file) && !file.endsWith('doc-links.test.ts'))
    .flatMap((file) =>
      brokenMentions(repository, readFileSync(join(repository, file), 'utf8')).map(
        (path: string) => `${file}: ${path}`,
      ),
    );
  expect(broken).toEqual([]);
});

it('decisions are numbered without a gap', () => {
  const numbers = readdirSync(join(repository, 'docs/decisions')).map((name) => Number(name.slice(0, 4)));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

it('a link to a missing file or heading is found, and none in code', () => {
  const text = [
    '# One `two` three: [four](x.md)',
    '[here](#one-two-three-four) [gone](#five) [away](nowhere.md) [up](../README.md#nothing-of-that-name)',
    '[ok](access.md) `[code](none.md)` [web](https://example.com/none.md)',
    '```\n[block](none.md)\n```',
    '[ref]: none.md',
  ].join('\n');
  const broken = ['x.md', '#five', 'nowhere.md', '../README.md#nothing-of-that-name', 'none.md'];
  expect(brokenLinks(repository, 'docs/made-up.md', text)).toEqual(broken);
  expect(brokenMentions(repository, 'see docs/access.md and docs/nowhere.md')).toEqual(['docs/nowhere.md']);
  expect([...anchorsOf('## Again\n## Again\n<a id="own"></a>')]).toEqual(['own', 'again', 'again-1']);
});
