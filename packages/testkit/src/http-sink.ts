import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SinkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface SinkAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request is taken, and never answered. */
  readonly silent?: true;
}

/** A server on this machine that takes whatever is posted, and answers as it is told. */
export class HttpSink {
  readonly requests: SinkRequest[] = [];
  /** What it answers; by default 200 and nothing. */
  answer: (request: SinkRequest, count: number) => SinkAnswer = () => ({});
  private waiting: (() => void)[] = [];

  private constructor(
    readonly url: string,
    private readonly closing: () => Promise<void>,
  ) {}

  static async start(): Promise<HttpSink> {
    let sink: HttpSink | undefined;
    const server = createServer((request, response) => void sink?.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    sink = new HttpSink(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return sink;
  }

  close(): Promise<void> {
    return this.closing();
  }

  /** Resolves when it has taken so many requests in all. */
  async taken(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private async take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    const body = Buffer.concat(chunks).toString('utf8');
    const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers, body };
    this.requests.push(request);
    const answer = this.answer(request, this.requests.length);
    for (const tell of this.waiting.splice(0)) tell();
    if (answer.silent) return;
    response.writeHead(answer.status ?? 200, { ...answer.headers });
    response.end(answer.body ?? '');
  }
}
