import { describe, expect, it } from 'vitest';
import { allRoutes } from './api.js';
import { ApiFailure, callRoute } from './client.js';
import { jobRoutes } from './jobs.routes.js';

describe('the catalog of routes', () => {
  it('has one route for each method and path, and schemas for each path parameter', () => {
    const seen = allRoutes().map(({ route }) => `${route.method} ${route.path}`);
    expect(new Set(seen).size).toBe(seen.length);
    for (const { id, route } of allRoutes()) {
      const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
      expect(Object.keys(route.params?.shape ?? {}), id).toEqual(inPath);
    }
  });

  it('pages every list', () => {
    const lists = allRoutes().filter(({ id }) => /\.(list|tokens|groups|versions|assignments|alertPolicies)$/.test(id));
    expect(lists.length).toBeGreaterThan(7);
    for (const { id, route } of lists)
      expect(Object.keys(route.query?.shape ?? {}), id).toEqual(expect.arrayContaining(['cursor', 'limit']));
  });
});

describe('the client', () => {
  const answer = (status: number, body: unknown) =>
    (async () => new Response(JSON.stringify(body), { status })) as unknown as typeof fetch;

  it('puts parameters into the path, the rest into the query, and sends the token', async () => {
    let asked: { url: string; init: RequestInit | undefined } | undefined;
    const spy = (async (url: string, init?: RequestInit) => {
      asked = { url, init };
      return new Response('{"items":[],"next":null}');
    }) as unknown as typeof fetch;
    await callRoute({ baseUrl: 'http://x', token: 't', fetch: spy }, jobRoutes.versions, { name: 'a b/ü', limit: 5 });
    expect(asked?.url).toBe('http://x/api/v1/jobs/a%20b%2F%C3%BC/versions?limit=5');
    expect(asked?.init?.headers).toMatchObject({ authorization: 'Bearer t' });
  });

  it('throws the error body, or one of its own when there is none', async () => {
    const body = { code: 'not_found', params: {}, message: 'no job x' };
    const error = await callRoute({ baseUrl: '', fetch: answer(404, body) }, jobRoutes.get, { name: 'x' }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(ApiFailure);
    expect((error as ApiFailure).body).toEqual(body);
    await expect(
      callRoute({ baseUrl: '', fetch: answer(502, 'gateway') }, jobRoutes.get, { name: 'x' }),
    ).rejects.toThrow('answered 502');
  });
});
