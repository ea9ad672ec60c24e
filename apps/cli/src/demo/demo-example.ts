import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ExampleServer {
  /** Ends with a slash; what follows is a path of whichever host is named in the request. */
  readonly url: string;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const pages = 3;
const itemsOfPage = 40;
/** Requests that were let fail, so that the next one for the same goes well; the oldest are forgotten. */
const mostRemembered = 20_000;
const articles = ['apples', 'pears', 'plums', 'quinces', 'cherries', 'grapes'] as const;

/**
 * Answers for the names that are reserved for examples, `api.example.com` and the like, to the demo's hosts, on the loopback:
 * `/v1/prices` in pages, each of which fails on purpose when a run asks for it the first time, and `/health`.
 */
export async function openExampleServer(): Promise<ExampleServer> {
  const refused = new Set<string>();
  const server = createServer((request, response) => {
    request.resume();
    const { status, headers, body } = answerOf(request, (key) => isFirst(refused, key));
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(`${JSON.stringify(body)}\n`);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answerOf({ url = '/', headers: asked }: IncomingMessage, isFirst: (key: string) => boolean): Answer {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (pathname.endsWith('/health')) return { status: 200, body: { status: 'ok', ready: true } };
  if (pathname !== '/v1/prices')
    return { status: 404, body: { error: `the demo answers for /v1/prices and /health, not for ${pathname}` } };
  const page = Number(searchParams.get('page') ?? 1);
  if (!Number.isInteger(page) || page < 1 || page > pages)
    return { status: 400, body: { error: `page: expected 1 to ${pages}` } };
  const day = searchParams.get('day') ?? 'today';
  if (isFirst(`${asked['x-demo-run']} ${day} ${page}`))
    return { status: 503, body: { error: 'the demo lets the first request for each page fail' } };
  const next = new URLSearchParams({ day, page: String(page + 1) });
  const link = `<https://${asked.host ?? 'api.example.com'}${pathname}?${next}>; rel="next"`;
  return { status: 200, headers: page < pages ? { link } : {}, body: pricesOf(day, page) };
}

/** The same for a day, so that two hosts that ask have the same file. */
function pricesOf(day: string, page: number) {
  return Array.from({ length: itemsOfPage }, (_, index) => {
    const number = (page - 1) * itemsOfPage + index + 1;
    return { article: number, name: articles[number % articles.length], day, price: 100 + ((number * 37) % 900) };
  });
}

function isFirst(refused: Set<string>, key: string): boolean {
  if (refused.delete(key)) return false;
  refused.add(key);
  for (const oldest of refused) {
    if (refused.size <= mostRemembered) break;
    refused.delete(oldest);
  }
  return true;
}
