import { callRoute } from './call.js';
import { type Api, routes } from './generated/api.js';
import type { CallOptions, ClientOptions, RouteShape } from './types.js';

export type Client = Api;

/**
 * A client of one server: `client.runs.list({ bad: true })`. Path, query and `body` are fields of the one argument. The
 * methods need no `this`.
 * @throws TypeError when the address is none, or has something besides an origin and a path
 */
export function createClient(options: ClientOptions): Client {
  const { protocol, search, hash, username } = new URL(options.baseUrl);
  if (!/^https?:$/.test(protocol) || search || hash || username)
    throw new TypeError('baseUrl: expected http(s)://HOST, without a query, a fragment or a name in it');
  const methodsOf = (group: Record<string, RouteShape>) =>
    Object.fromEntries(
      Object.entries(group).map(([act, route]) => [
        act,
        (input?: Record<string, unknown>, call?: CallOptions) => callRoute(options, route, input ?? {}, call ?? {}),
      ]),
    );
  // The table and the interface are written from the same document.
  return Object.fromEntries(Object.entries(routes).map(([name, group]) => [name, methodsOf(group)])) as unknown as Api;
}
