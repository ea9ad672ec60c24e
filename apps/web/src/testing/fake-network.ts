import { allRoutes } from '@carillon/contract/http/api';
import type { ApiErrorBody } from '@carillon/contract/http/error';
import { statusOfCode } from '@carillon/contract/http/error';
import { apiPrefix, type Request, type Response, type Route } from '@carillon/contract/http/route';
import { vi } from 'vitest';

type Answer = (asked: Record<string, unknown>) => unknown;

/** What an endpoint answers instead of its response. */
export class Refusal {
  constructor(readonly body: ApiErrorBody) {}
}

export function refuse(code: ApiErrorBody['code'], params: ApiErrorBody['params'] = {}): Refusal {
  return new Refusal({ code, params, message: `refused: ${code}` });
}

/** `fetch` for the page, answered by route of the catalog; answers must fit the contract, as the server's do. */
export class FakeNetwork {
  private readonly answers = new Map<Route, Answer>();
  readonly calls: { route: string; asked: Record<string, unknown> }[] = [];

  constructor() {
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => this.answer(url, init));
  }

  /** Sets what an endpoint answers; a function is asked at each call. */
  on<R extends Route>(route: R, answer: (asked: Request<R>) => Response<R> | Refusal): this {
    this.answers.set(route, answer as Answer);
    return this;
  }

  private async answer(url: string, init?: RequestInit): Promise<globalThis.Response> {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    const method = init?.method ?? 'GET';
    for (const { route } of allRoutes()) {
      const params = route.method === method ? matchPath(`${apiPrefix}${route.path}`, pathname) : null;
      const answer = params && this.answers.get(route);
      if (!params || !answer) continue;
      const body = typeof init?.body === 'string' ? { body: JSON.parse(init.body) as unknown } : {};
      const asked = { ...params, ...Object.fromEntries(searchParams), ...body };
      this.calls.push({ route: `${method} ${route.path}`, asked });
      const given = answer(asked);
      if (given instanceof Refusal) return json(statusOfCode[given.body.code], given.body);
      return json(200, route.response.parse(given));
    }
    return json(404, { code: 'not_found', params: {}, message: `the test does not answer ${method} ${pathname}` });
  }
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(given[index] ?? '');
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

function json(status: number, body: unknown): globalThis.Response {
  return new globalThis.Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}
