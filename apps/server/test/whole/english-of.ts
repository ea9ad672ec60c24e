import type { Page } from 'playwright-core';

/**
 * What a page says in English though it is read in Chinese: three Latin words in a row, in a text, a title or a label.
 * Code and output are data.
 * @param data what people and hosts of the test wrote themselves
 */
export async function englishOf(page: Page, data: RegExp): Promise<string[]> {
  const said = await page.evaluate(() => {
    const texts: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement?.closest('script, style, pre, code, textarea')) texts.push(node.nodeValue ?? '');
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name) ?? '');
    return texts;
  });
  const words = /[A-Za-z][a-z'’]*(?:[ ,]+[A-Za-z'’]+){2,}/;
  return [...new Set(said.filter((text) => words.test(text) && !data.test(text)))];
}
