import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../axe.js';
import { browserPath, openBrowser } from '../browser.js';
import { englishOf } from '../english-of.js';
import type { Product } from '../product.js';
import { addressesOf } from './addresses.js';
import { writtenInDemo } from './demo-texts.js';
import { overflows } from './narrow.js';
import { refusedTo } from './refused-to.js';
import { samplesOf } from './samples.js';
import { Visitor } from './visitor.js';

/** What takes minutes more and is done where it is asked for: an administrator's dialogs, and a second role. */
const isWhole = process.env.CARILLON_WHOLE_WALK !== undefined;
const roles = isWhole ? (['viewer', 'operator'] as const) : (['viewer'] as const);

/** Faults by where they are: all are told at once. */
class Faults {
  private readonly found: Record<string, string[]> = {};

  add(where: string, faults: readonly string[]): void {
    if (faults.length > 0) this.found[where] = [...(this.found[where] ?? []), ...faults];
  }

  expectNone(): void {
    expect(this.found).toEqual({});
  }
}

/** Looks at all pages of the dashboard by machine. @param product a demo: there is life on every page */
export function everyPage(product: () => Product): void {
  describe.skipIf(browserPath === undefined)('every page', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    /** The page of signing in is for those who are not. */
    const addressesFor = async ({ page }: Visitor) =>
      (await addressesOf(page, await samplesOf(product()))).filter((address) => address !== '/sign-in');

    it.concurrent('is accessible and stands in Chinese, in light, dark and narrow', async () => {
      const admin = await Visitor.in(browser, 'zh');
      const faults = new Faults();
      // The frame around the pages is the same on each.
      const whole = new Set(['/sign-in', '/']);
      const look = async (where: string, within?: string) => {
        faults.add(where, await axeFaults(admin.page, within ?? (whole.has(where) ? 'html' : 'main')));
        faults.add(where, await englishOf(admin.page, writtenInDemo));
        if (within === undefined) faults.add(where, await overflows(admin.page));
      };
      await admin.page.goto(product().url);
      await admin.page.locator('h1').waitFor();
      await look('/sign-in');
      await admin.signInAsAdmin(product());
      await admin.visit(await addressesFor(admin), look, isWhole);
      await admin.close();
      faults.expectNone();
    });

    it.concurrent.each(roles)('offers the role %s nothing that would be refused', async (role) => {
      const made = ['users', 'add', `some-${role}`, '--grant', `${role}@all`];
      const { invitation } = await product().json<{ invitation: { url: string } }>(...made);
      const visitor = await Visitor.in(browser, 'en');
      await visitor.accept(product(), invitation.url);
      const faults = new Faults();
      await visitor.asked();
      for (const address of await addressesFor(visitor)) {
        const look = async (where: string, within?: string) => {
          // Words are longer in English.
          if (role === 'viewer' && within === undefined) faults.add(where, await overflows(visitor.page));
        };
        await visitor.visit([address], look, true);
        faults.add(address, refusedTo(role, await visitor.asked()));
      }
      await visitor.close();
      faults.expectNone();
    });
  });
}
