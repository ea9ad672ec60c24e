import type { Page } from 'playwright-core';

/** A phone, and a page of 1280 px at 200 %, which must not scroll to the side (WCAG 1.4.10). */
const widths = [640, 390] as const;
const desk = { width: 1280, height: 800 };

/** What stands out of the page where it is narrow: one line for each width, `390: 412 wide, by table.x`. */
export async function overflows(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    const wide = await page.evaluate(async () => {
      for (const _ of [1, 2]) await new Promise((done) => requestAnimationFrame(done));
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return undefined;
      const out = [...document.querySelectorAll('main *')].filter((one) => {
        const { right } = one.getBoundingClientRect();
        return right > root.clientWidth + 1;
      });
      const names = out.slice(0, 4).map((one) => `${one.tagName.toLowerCase()}.${[...one.classList].join('.')}`);
      return `${root.scrollWidth} wide, by ${names.join(' > ')}`;
    });
    if (wide !== undefined) found.push(`${width}: ${wide}`);
  }
  await page.setViewportSize(desk);
  return found;
}
