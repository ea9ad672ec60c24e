import type { ApiErrorBody } from './error.js';
import { readErrorBody } from './error-body.js';
import { apiPrefix, type Request, type Response, type Route } from './route.js';

/** An answer of the API that is not 2xx. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly body: ApiErrorBody,
  ) {
    super(body.message);
    this.name = 'ApiFailure';
  }
}

export interface ClientOptions {
  /** Origin of the server, or '' in a page it serves. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

/**
 * Calls one endpoint of the catalog.
 * @throws ApiFailure for any answer that is not 2xx; TypeError when the server cannot be reached
 */
export async function callRoute<R extends Route>(
  options: ClientOptions,
  route: R,
  request: Request<R>,
): Promise<Response<R>> {
  const input = request as Record<string, unknown> & { body?: unknown };
  const paramNames = new Set(Object.keys(route.params?.shape ?? {}));
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (name !== 'body' && !paramNames.has(name) && value !== undefined && value !== null)
      query.set(name, String(value));
  }
  const url = `${options.baseUrl}${apiPrefix}${path}${query.size > 0 ? `?${query}` : ''}`;
  const answer = await (options.fetch ?? fetch)(url, {
    method: route.method,
    headers: {
      accept: 'application/json',
      ...(route.body ? { 'content-type': 'application/json' } : {}),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
    ...(route.body ? { body: JSON.stringify(input.body ?? {}) } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const payload: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new ApiFailure(answer.status, readErrorBody(answer.status, payload));
  return payload as Response<R>;
}
