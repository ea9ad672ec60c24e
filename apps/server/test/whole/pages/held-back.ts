import { accessOf } from '@carillon/contract/http/access';
import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix, type Route } from '@carillon/contract/http/route';
import { isReading } from '@carillon/core/access/roles';
import type { BrowserContext } from 'playwright-core';

/** A request of the page to the API. */
export interface Asked {
  readonly method: string;
  /** Under `/api/v1`, as it was asked for. */
  readonly path: string;
  readonly body: string;
}

/** What pages of a held-back context keep for the walk. */
export interface HeldBackWindow {
  readonly walk: {
    inFlight: number;
    readonly asked: Asked[];
    /** Until every answer is there that is waited for: nothing is drawn meanwhile to find out. */
    answered(): Promise<unknown>;
  };
}

export const patternOf = ({ path }: Route): RegExp =>
  new RegExp(`^${path.replace(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`);

/**
 * In pages of this context every button may be pressed: what would change something is noted and answered 403, only
 * questions and trials reach the server.
 */
export async function holdBack(context: BrowserContext): Promise<void> {
  const questions = allRoutes().flatMap(({ id, route }) => {
    const access = accessOf(route);
    const isQuestion = access === 'open' || (access !== undefined && (isReading(access[0]) || id === 'live.ticket'));
    return isQuestion && route.method !== 'GET' ? [{ method: route.method, path: patternOf(route).source }] : [];
  });
  await context.addInitScript(
    ({ questions, prefix }) => {
      const waiting: (() => void)[] = [];
      const walk: HeldBackWindow['walk'] = {
        inFlight: 0,
        asked: [],
        answered: () =>
          walk.inFlight === 0 ? Promise.resolve() : new Promise<void>((done) => void waiting.push(done)),
      };
      Object.assign(window, { walk, print: () => undefined });
      const ask = window.fetch.bind(window);
      const isTrial = (body: string) => body.startsWith('{') && JSON.parse(body).dryRun === true;
      window.fetch = async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : String(input), location.href);
        const method = init?.method ?? 'GET';
        const body = typeof init?.body === 'string' ? init.body : '';
        if (url.pathname.startsWith(prefix)) {
          const path = url.pathname.slice(prefix.length);
          walk.asked.push({ method, path, body });
          const isQuestion =
            method === 'GET' ||
            isTrial(body) ||
            questions.some((one) => one.method === method && new RegExp(one.path).test(path));
          if (!isQuestion) {
            const answer = { code: 'forbidden', params: {}, message: 'held back' };
            return new Response(JSON.stringify(answer), {
              status: 403,
              headers: { 'content-type': 'application/json' },
            });
          }
        }
        walk.inFlight += 1;
        try {
          return await ask(input, init);
        } finally {
          walk.inFlight -= 1;
          if (walk.inFlight === 0) for (const done of waiting.splice(0)) done();
        }
      };
    },
    { questions, prefix: apiPrefix },
  );
}
