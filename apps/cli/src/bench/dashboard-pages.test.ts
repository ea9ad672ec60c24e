import { allRoutes } from '@carillon/contract/http/api';
import { describe, expect, it } from 'vitest';
import { dashboardPages } from './dashboard-pages.js';

const routes = allRoutes().filter(({ route }) => route.method === 'GET');

/** The route of an address and what is wrong with what it asks; undefined where there is no such route. */
function routeOf(address: string) {
  const { pathname, searchParams } = new URL(address, 'http://localhost');
  const found = routes.find(({ route }) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(pathname));
  return found && { id: found.id, problem: found.route.query?.safeParse(Object.fromEntries(searchParams)).error };
}

describe('the pages that are measured', () => {
  const pick = (name: string) => () => name;
  const pages = dashboardPages(
    { job: pick('j'), host: pick('h'), run: pick('0199d0a0-0000-7000-8000-000000000001') },
    Date.UTC(2026, 10, 27),
  );

  it.each(pages)('$name asks what the server has', ({ paths }) => {
    for (const path of paths(0)) expect(routeOf(path), path).toMatchObject({ problem: undefined });
  });
});
