import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a ticket server is told to do to its next requests instead of answering them. */
export type Trouble =
  /** It is done, and the connection drops before the answer. */
  | 'lost_answer'
  /** The connection drops before anything is done. */
  | 'lost_request'
  | { readonly status: number; readonly retryAfterSeconds?: number };

export interface TicketRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | null;
  readonly body: Record<string, unknown>;
}

export interface TicketAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** A local server that behaves as a ticket system, with troubles on demand. */
export abstract class TicketServer {
  readonly requests: TicketRequest[] = [];
  /** For requests to come, in their order; `always` when there are none. */
  readonly troubles: Trouble[] = [];
  always: Trouble | null = null;
  url = '';
  /** Its clock, in epoch milliseconds. */
  now: () => number = () => Date.now();
  private readonly server = createServer((request, response) => void this.take(request, response));

  /** Only requests that it says yes to get the troubles. */
  troubledBy: (request: TicketRequest) => boolean = () => true;

  protected async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** How many requests of this kind there were. */
  count(method: string, path: RegExp): number {
    return this.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  protected abstract answer(request: TicketRequest): TicketAnswer;

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    this.requests.push(request);
    const trouble = this.troubledBy(request) ? (this.troubles.shift() ?? this.always) : null;
    if (trouble === 'lost_request') return void incoming.socket.destroy();
    if (trouble !== null && trouble !== 'lost_answer') {
      const after = trouble.retryAfterSeconds;
      response.writeHead(trouble.status, after === undefined ? {} : { 'retry-after': String(after) });
      return void response.end('{"error":"told to"}');
    }
    const { status, body } = this.answer(request);
    if (trouble === 'lost_answer') return void incoming.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  }
}

async function readRequest(incoming: IncomingMessage): Promise<TicketRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://ticket.invalid');
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization ?? null,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}
