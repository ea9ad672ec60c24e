import type { Page } from 'playwright-core';
import type { HeldBackWindow } from './held-back.js';

/** What the router of the dashboard leaves in its window. */
export interface RouterWindow {
  readonly __TSR_ROUTER__: {
    readonly routesByPath: Readonly<Record<string, unknown>>;
    readonly state: { readonly status: 'idle' | 'pending' };
    readonly history: { push(path: string, state: object, options: { ignoreBlocker: boolean }): void };
  };
}

/** Goes from page to page of the dashboard as a link does: nothing is loaded twice. */
export class Walker {
  constructor(readonly page: Page) {}

  /** @param address `/runs?view=missed`; what was typed and not stored is left behind unasked */
  async goTo(address: string): Promise<void> {
    await this.page.evaluate((to) => {
      const { history } = (window as unknown as RouterWindow).__TSR_ROUTER__;
      history.push(to, {}, { ignoreBlocker: true });
    }, address);
    await this.settled();
  }

  /** Where it stands. */
  address(): string {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  /** Until the page shows what it asked for. @throws Error naming what it waits for */
  async settled(): Promise<void> {
    const waitsFor = await this.page.evaluate(async () => {
      const { walk, __TSR_ROUTER__: router } = window as unknown as RouterWindow & HeldBackWindow;
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      const missing = () => {
        if (router.state.status !== 'idle') return 'its code';
        if (walk.inFlight > 0) return 'answers';
        if (document.querySelector('main h1') === null) return 'its heading';
        return document.querySelector('main [aria-busy=true]') === null ? undefined : 'what is busy';
      };
      const untilMs = performance.now() + 60_000;
      // What has come is shown a few frames later.
      for (let calm = 0; calm < 2; calm = missing() === undefined ? calm + 1 : 0) {
        if (performance.now() > untilMs) return missing();
        await walk.answered();
        await frame();
      }
      return undefined;
    });
    if (waitsFor !== undefined) throw new Error(`${this.address()} waits for ${waitsFor}`);
  }

  /** The page as it stands, then each of its other tabs; the first is the one that stands. */
  async eachTab(look: (address: string) => Promise<unknown>): Promise<void> {
    await look(this.address());
    const tabs = this.page.locator('main [role=tab]');
    for (let index = 1; index < (await tabs.count()); index += 1) {
      await tabs.nth(index).click();
      await this.settled();
      await look(this.address());
    }
  }
}
