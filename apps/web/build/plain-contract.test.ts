import { allRoutes } from '@carillon/contract/http/api';
import { callRoute } from '@carillon/contract/http/client';
import { apiErrorSchema, statusOfCode } from '@carillon/contract/http/error';
import type { Route } from '@carillon/contract/http/route';
import { expect, it } from 'vitest';
import { plainValue } from './plain-contract.js';

it('makes every route ask as the route itself asks', async () => {
  for (const { id, route } of allRoutes()) {
    const { act } = plainValue({ act: route }) as { act: Route };
    expect(await askedBy(act), id).toEqual(await askedBy(route));
    expect([act.open, JSON.stringify(act)], id).toEqual([route.open, expect.not.stringContaining('summary')]);
  }
});

it('keeps what is plain, and nothing else', () => {
  expect(plainValue(statusOfCode)).toEqual(statusOfCode);
  expect(plainValue(['a', { b: [1, true, null] }])).toEqual(['a', { b: [1, true, null] }]);
  for (const other of [apiErrorSchema, { shape: apiErrorSchema }, () => 1, [() => 1], new Date(), undefined])
    expect(plainValue(other)).toBeUndefined();
});

/** What goes over the wire with every parameter given, and one of the query. */
async function askedBy(route: Route) {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const request = { ...Object.fromEntries(names.map((name) => [name, `a/${name}`])), limit: 7, body: { a: 1 } };
  const asked: unknown[] = [];
  await callRoute(
    {
      baseUrl: '',
      fetch: (url, init) => {
        asked.push(url, init);
        return Promise.resolve(Response.json({}));
      },
    },
    route,
    request as never,
  );
  return asked;
}
