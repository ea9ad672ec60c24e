import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 AA with everything that it is built on; the size of targets, 24 px, is among it. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Rows of a table are alike: after so many, more of them cost much and tell nothing. */
const rows = 6;

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly html: string }[];
}

/**
 * What axe finds wrong on the page as it stands: in light colours everything, in dark ones what colours alone change.
 * @param within looks only at what this selects, for what has opened over a page that was looked at
 * @returns one line for each rule and place, `light color-contrast: … at .menu: <a …>`
 */
export async function axeFaults(page: Page, within = 'html'): Promise<string[]> {
  // Once in a document, and not as a script tag: the pages' own policy refuses those, as it should.
  const isThere = await page.evaluate(() => 'axe' in window);
  if (!isThere) await page.evaluate(`${source};undefined`);
  const light = await run(page, { scheme: 'light', within, runOnly: { type: 'tag', values: tags } });
  const dark = await run(page, { scheme: 'dark', within, runOnly: { type: 'rule', values: ['color-contrast'] } });
  return [...light, ...dark];
}

interface Look {
  readonly scheme: 'light' | 'dark';
  readonly within: string;
  readonly runOnly: object;
}

async function run(page: Page, look: Look): Promise<string[]> {
  const violations = await page.evaluate(
    async ({ scheme, within, runOnly, rows }) => {
      const root = document.documentElement;
      const before = root.dataset.mantineColorScheme ?? 'light';
      root.dataset.mantineColorScheme = scheme;
      // Colours that change slowly are not yet what they will be; what turns for ever has no end.
      for (const animation of document.getAnimations())
        if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
      const { axe } = window as unknown as {
        axe: { run(context: object, options: object): Promise<{ violations: Violation[] }> };
      };
      const context = { include: [[within]], exclude: [[`tbody tr:nth-of-type(n+${rows + 1})`]] };
      const { violations } = await axe.run(context, { runOnly, resultTypes: ['violations'] });
      root.dataset.mantineColorScheme = before;
      return violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map(({ target, html }) => ({ target, html })),
      }));
    },
    { ...look, rows },
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${look.scheme} ${id}: ${help}, at ${target.join(' ')}: ${html.slice(0, 160)}`),
  );
}
