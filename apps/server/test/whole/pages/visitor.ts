import { LocalApi } from '@carillon/stack/api';
import { dataFolderAt } from '@carillon/stack/data-folder';
import type { Browser, Page } from 'playwright-core';
import type { Product } from '../product.js';
import { type Asked, type HeldBackWindow, holdBack } from './held-back.js';
import { pressEverything } from './press.js';
import { Walker } from './walker.js';

type Place = Pick<Product, 'url' | 'folder'>;
export type Language = 'en' | 'zh';

/** Looks at a page, a tab of it, or a dialog that opened on it. @param where for people: `/hosts › Join tokens` */
export type Look = (where: string, within?: string) => Promise<unknown>;

/** Somebody who goes over all pages in a browser of his own, and whose every request is known. */
export class Visitor {
  /** By the kind of page: tabs and neighbours have buttons in common. */
  private readonly pressed = new Map<string, Set<string>>();
  private readonly opened = new Set<string>();
  private readonly walker: Walker;

  private constructor(readonly page: Page) {
    this.walker = new Walker(page);
  }

  static async in(browser: Browser, language: Language): Promise<Visitor> {
    const options = { viewport: { width: 1280, height: 800 }, locale: 'en-US', reducedMotion: 'reduce' } as const;
    const context = await browser.newContext(options);
    await holdBack(context);
    await context.addInitScript((kept) => localStorage.setItem('carillon-language', kept), language);
    const page = await context.newPage();
    // The test's own timeout bounds it.
    page.setDefaultTimeout(0);
    return new Visitor(page);
  }

  async signInAsAdmin({ url, folder }: Place): Promise<void> {
    await this.page.goto(await new LocalApi(url, dataFolderAt(folder).adminTokenFile).signInLink());
    await this.page.locator('#main h1').waitFor();
  }

  /** @param invitation the link of an account that was made just now */
  async accept({ url }: Place, invitation: string): Promise<void> {
    const { pathname, hash } = new URL(invitation);
    await this.page.goto(`${url}${pathname}${hash}`);
    await this.page.getByLabel('Choose a password').fill('a long walk by the river');
    await this.page.getByRole('button', { name: 'Set password and sign in' }).click();
    await this.page.locator('#main h1').waitFor();
  }

  /** To each page and each of its tabs. @param press there every button, and what opens is looked at once by name */
  async visit(addresses: readonly string[], look: Look, press: boolean): Promise<void> {
    for (const address of addresses) {
      await this.walker.goTo(address);
      await this.walker.eachTab(async (at) => {
        await look(at);
        if (!press) return;
        await pressEverything(this.walker, {
          seen: this.pressedOn(at),
          onLayer: async (name) => {
            if (this.opened.has(name)) return;
            this.opened.add(name);
            await look(`${at} › ${name}`, '[role=dialog], [role=menu]');
          },
        });
        if (this.walker.address() !== at) await this.walker.goTo(at);
      });
    }
  }

  /** What its pages asked the API for since this was called last. */
  asked(): Promise<Asked[]> {
    return this.page.evaluate(() => (window as unknown as HeldBackWindow).walk.asked.splice(0));
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  private pressedOn(address: string): Set<string> {
    const [, first = '', second = ''] = address.split(/[/?]/);
    const kind = first === 'alerting' ? second : first;
    const pressed = this.pressed.get(kind) ?? new Set();
    this.pressed.set(kind, pressed);
    return pressed;
  }
}
