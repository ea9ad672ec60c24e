import { CarillonError } from './error.js';
import type { ApiError } from './generated/api.js';
import { isWorthAgain, waitMs } from './retry.js';
import type { CallOptions, ClientOptions, KeyedCallOptions, RouteShape } from './types.js';

/**
 * Calls one route, again where that is safe: see `isWorthAgain`.
 * @throws CarillonError for an answer that is not 2xx; TypeError when the server cannot be reached or a path parameter is
 * missing; the reason of the signal, or a DOMException `TimeoutError`
 */
export async function callRoute(
  client: ClientOptions,
  route: RouteShape,
  input: Record<string, unknown>,
  options: KeyedCallOptions,
): Promise<unknown> {
  const url = addressOf(client.baseUrl, route, input);
  const key = route.key ? (options.idempotencyKey ?? randomKey()) : undefined;
  const retries = options.retries ?? client.retries ?? 2;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(client, route, url, key, input.body, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (attempt >= retries || !isWorthAgain(route, error, attempt)) throw error;
      await pause(waitMs(attempt, error instanceof CarillonError ? error.retryAfterMs : undefined), options.signal);
    }
  }
}

async function once(
  client: ClientOptions,
  route: RouteShape,
  url: string,
  key: string | undefined,
  body: unknown,
  options: CallOptions,
): Promise<unknown> {
  const token = typeof client.token === 'function' ? await client.token() : client.token;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? client.timeoutMs ?? 30_000);
  const answer = await (client.fetch ?? fetch)(url, {
    method: route.method,
    headers: {
      accept: route.text ? '*/*' : 'application/json',
      ...(route.body ? { 'content-type': 'application/json' } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(route.body ? { body: JSON.stringify(body ?? {}) } : {}),
    // The API never redirects: whoever does would get the token.
    redirect: 'error',
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new CarillonError(
      answer.status,
      errorBody(answer.status, text),
      `${route.method} ${route.path}`,
      retryAfterMs(answer),
    );
  return route.text ? text : JSON.parse(text);
}

function addressOf(baseUrl: string, route: RouteShape, input: Record<string, unknown>): string {
  const inPath = new Set<string>();
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    inPath.add(name);
    const value = input[name];
    if (value === undefined || value === null || value === '')
      throw new TypeError(`${route.method} ${route.path}: expected ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input))
    if (name !== 'body' && !inPath.has(name) && value !== undefined && value !== null) query.set(name, String(value));
  const search = query.toString();
  return `${baseUrl.replace(/\/+$/, '')}${path}${search ? `?${search}` : ''}`;
}

/** What stands between the client and the server may answer with something of its own. */
function errorBody(status: number, text: string): ApiError {
  try {
    const body = JSON.parse(text) as Partial<ApiError> | null;
    if (typeof body?.code === 'string' && typeof body.message === 'string')
      return { code: body.code, params: body.params ?? {}, message: body.message };
  } catch {
    // Not JSON: as below.
  }
  const code = status === 502 || status === 503 || status === 504 ? 'unavailable' : 'internal';
  return { code, params: { status }, message: `the server answered ${status} without an error body` };
}

function retryAfterMs({ headers }: Response): number | undefined {
  const said = headers.get('retry-after');
  if (said === null) return undefined;
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Not `randomUUID`: pages that came over http do not have it. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
