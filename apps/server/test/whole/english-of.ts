import type { Page } from 'playwright-core';

const words = /[A-Za-z][a-z'’]*(?:[ ,]+[A-Za-z'’]+){2,}/g;

/** A command is typed as it stands, whatever the language around it. */
const isCommand = (phrase: string) => /^carillon [a-z]/.test(phrase);

/** Three Latin words in a row, or more: phrases that somebody wrote in a language of such words. */
export function englishIn(text: string): string[] {
  return (text.match(words) ?? []).filter((phrase) => !isCommand(phrase));
}

/**
 * What a page says in English though it is read in Chinese: three Latin words in a row, in a text, a title or a label.
 * Code, output and what is quoted are data.
 * @param data what people and hosts of the test wrote themselves
 */
export async function englishOf(page: Page, data: Pick<RegExp, 'test'>): Promise<string[]> {
  const said = await page.evaluate(() => {
    const texts: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement?.closest('script, style, pre, code, textarea, blockquote'))
        texts.push(node.nodeValue ?? '');
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name) ?? '');
    return texts;
  });
  return [...new Set(said.filter((text) => englishIn(text).length > 0 && !data.test(text)))];
}
