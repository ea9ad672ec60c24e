import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 AA with everything that it is built on. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly html: string }[];
}

/**
 * What axe finds wrong on the page as it stands: in light colours everything, in dark ones what colours alone change.
 * @returns one line for each rule and place, `light color-contrast: … at .menu: <a …>`
 */
export async function axeFaults(page: Page): Promise<string[]> {
  // Not a script tag: the pages' own policy refuses those, as it should.
  await page.evaluate(`${source};undefined`);
  const light = await run(page, 'light', { runOnly: { type: 'tag', values: tags } });
  const dark = await run(page, 'dark', { runOnly: { type: 'rule', values: ['color-contrast'] } });
  return [...light, ...dark];
}

async function run(page: Page, scheme: 'light' | 'dark', options: object): Promise<string[]> {
  const violations = await page.evaluate(
    async ({ scheme, options }) => {
      const root = document.documentElement;
      const before = root.dataset.mantineColorScheme ?? 'light';
      root.dataset.mantineColorScheme = scheme;
      // Colours that change slowly are not yet what they will be; what turns for ever has no end.
      for (const animation of document.getAnimations())
        if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY) animation.finish();
      const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
      const { violations } = await axe.run({ ...options, resultTypes: ['violations'] });
      root.dataset.mantineColorScheme = before;
      return violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map(({ target, html }) => ({ target, html })),
      }));
    },
    { scheme, options },
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${scheme} ${id}: ${help}, at ${target.join(' ')}: ${html.slice(0, 160)}`),
  );
}
