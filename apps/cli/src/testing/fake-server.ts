import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allRoutes } from '@carillon/contract/http/api';
import { apiPrefix, type Response, type Route } from '@carillon/contract/http/route';

/** One request as a handler sees it. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

type Handler = (asked: Asked) => unknown;

/** Thrown by a handler: answered as it stands. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`refusal ${status}`);
  }
}

/** A real HTTP server that knows the routes of the contract and answers as a test says. */
export class FakeServer {
  readonly token = 'test-token';
  /** Requests by `GET /jobs/:name`, with what was in them. */
  readonly calls: { route: string; asked: Asked }[] = [];
  readonly #handlers = new Map<Route, Handler>();
  readonly #server: Server = createServer((request, response) => void this.#answer(request, response));
  ready = true;

  static async start(): Promise<FakeServer> {
    const fake = new FakeServer();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a route answers; held to the route's own schema. */
  on<R extends Route>(route: R, handler: (asked: Asked) => Response<R>): void {
    this.#handlers.set(route, handler);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#respond(request).catch((error: unknown) =>
      error instanceof Refusal
        ? error
        : { status: 500, body: { code: 'internal', params: {}, message: String(error) } },
    );
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  async #respond(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const url = new URL(request.url ?? '/', 'http://fake');
    if (url.pathname === '/readyz') return { status: this.ready ? 200 : 503, body: { ready: this.ready } };
    if (request.headers.authorization !== `Bearer ${this.token}`)
      throw refuse(401, 'not_signed_in', 'the token is not known');
    const found = findRoute(request.method ?? '', url.pathname);
    const handler = found && this.#handlers.get(found.route);
    if (!found || !handler) throw refuse(404, 'not_found', `nothing at ${request.method} ${url.pathname}`);
    const text = await readText(request);
    const query = Object.fromEntries(url.searchParams);
    const parsed = {
      params: parse(found.route.params, found.params),
      query: parse(found.route.query, query),
      body: parse(found.route.body, text === '' ? undefined : JSON.parse(text)),
    } as Asked;
    this.calls.push({ route: `${found.route.method} ${found.route.path}`, asked: parsed });
    return { status: 200, body: found.route.response.parse(handler(parsed)) };
  }
}

/** An error answer in the API's form. */
export function refuse(status: number, code: string, message: string, params: object = {}): Refusal {
  return new Refusal(status, { code, params, message });
}

function parse(schema: Route['body'], value: unknown): unknown {
  if (!schema) return value;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refuse(400, 'invalid', `the test's server was asked wrongly: ${result.error.message}`);
}

function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const { route } of allRoutes()) {
    const pattern = new RegExp(`^${apiPrefix}${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
    const match = route.method === method ? pattern.exec(path) : null;
    if (!match) continue;
    const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]);
    return { route, params: Object.fromEntries(params) };
  }
  return undefined;
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}
