import type { Page } from 'playwright-core';
import type { RouterWindow } from './walker.js';

/** By the path of a route as the router has it, `/runs/$id`: addresses that stand for it. */
export type Samples = Readonly<Record<string, readonly string[]>>;

/**
 * Every page that the router of the built dashboard knows, once or with its samples.
 * @throws Error naming a route that needs a sample and has none, or a sample whose route is gone
 */
export async function addressesOf(page: Page, samples: Samples): Promise<string[]> {
  const routes = await page.evaluate(() =>
    Object.keys((window as unknown as RouterWindow).__TSR_ROUTER__.routesByPath),
  );
  return addressesFrom(routes, samples);
}

/** @throws Error as above */
export function addressesFrom(routes: readonly string[], samples: Samples): string[] {
  const missing = routes.filter((route) => route.includes('$') && (samples[route] ?? []).length === 0);
  const gone = Object.keys(samples).filter((route) => !routes.includes(route));
  if (missing.length + gone.length > 0)
    throw new Error(
      `pages to look at: no sample of ${missing.join(', ') || '–'}; no route for ${gone.join(', ') || '–'}`,
    );
  return routes.flatMap((route) => samples[route] ?? [route]);
}
