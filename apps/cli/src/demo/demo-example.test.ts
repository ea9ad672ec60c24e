import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExampleServer, openExampleServer } from './demo-example.js';

let server: ExampleServer;
beforeAll(async () => {
  server = await openExampleServer();
});
afterAll(() => server.close());

const ask = (path: string, run = 'berlin-web-01/1') =>
  fetch(`${server.url}${path}`, { headers: { 'x-demo-run': run } });

it('lets each page fail once for a run, and leads from one to the next', async () => {
  const items: unknown[] = [];
  let path: string | undefined = 'v1/prices?day=2026-11-28';
  for (let page = 1; path !== undefined; page += 1) {
    expect((await ask(path)).status).toBe(503);
    const answer: Response = await ask(path);
    expect(answer.status).toBe(200);
    items.push(...((await answer.json()) as unknown[]));
    path = /^<https:\/\/[^/]+\/([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    expect(path === undefined).toBe(page === 3);
  }
  expect(items).toHaveLength(120);
  // Another run sees the failure too.
  expect((await ask('v1/prices?day=2026-11-28', 'berlin-web-01/2')).status).toBe(503);
});

it('is well, and says what it does not know', async () => {
  expect(await (await ask('health')).json()).toEqual({ status: 'ok', ready: true });
  expect((await ask('v1/prices?page=9')).status).toBe(400);
  expect(await (await ask('v2/else')).json()).toEqual({
    error: 'the demo answers for /v1/prices and /health, not for /v2/else',
  });
});
