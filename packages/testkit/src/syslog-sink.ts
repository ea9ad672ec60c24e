import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface SyslogSinkOptions {
  /** The port of a sink that was closed; else one of its own. */
  readonly port?: number;
  /** With TLS. */
  readonly key?: string;
  readonly cert?: string;
}

/** A collector of syslog on this machine: octet counting over TCP or TLS, or datagrams. Keeps every message it has read. */
export class SyslogSink {
  readonly messages: string[] = [];
  /** After so many messages it dies as a process does: nothing more is read, and what is under way is reset. */
  diesAfter = Number.POSITIVE_INFINITY;
  private readonly plain = new Set<Socket>();
  private waiting: (() => void)[] = [];
  private isDead = false;

  private constructor(
    readonly port: number,
    private readonly closing: () => Promise<void>,
  ) {}

  static async start({ port = 0, key, cert }: SyslogSinkOptions = {}): Promise<SyslogSink> {
    let sink: SyslogSink | undefined;
    const take = (socket: Socket) => sink?.take(socket);
    const server: Server = key && cert ? createTlsServer({ key, cert }, take) : createServer(take);
    server.on('tlsClientError', () => undefined);
    // Below TLS, so that it can be reset.
    server.prependListener('connection', (socket: Socket) =>
      sink?.plain.add(socket.on('close', () => sink?.plain.delete(socket))),
    );
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    sink = new SyslogSink((server.address() as AddressInfo).port, async () => {
      server.close();
      await once(server, 'close');
    });
    return sink;
  }

  static async startUdp(): Promise<SyslogSink> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const sink = new SyslogSink(socket.address().port, async () => {
      socket.close();
      await once(socket, 'close');
    });
    socket.on('message', (message) => sink.add(message.toString('utf8')));
    return sink;
  }

  /** Resolves when it has taken so many messages in all. */
  async taken(count: number): Promise<void> {
    while (this.messages.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.reset();
    await this.closing();
  }

  private take(socket: Socket): void {
    if (this.isDead) this.reset();
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      bytes = this.read(Buffer.concat([bytes, chunk]));
      if (this.isDead) this.reset();
    });
  }

  private reset(): void {
    for (const socket of this.plain) socket.resetAndDestroy();
  }

  /** @returns what does not make a message yet */
  private read(bytes: Buffer): Buffer<ArrayBuffer> {
    let rest = bytes;
    while (!this.isDead) {
      const [counted, length] = /^(\d{1,6}) /.exec(rest.subarray(0, 8).toString('latin1')) ?? [];
      const from = counted?.length ?? 0;
      if (counted === undefined || rest.length < from + Number(length)) break;
      this.add(rest.subarray(from, from + Number(length)).toString('utf8'));
      rest = rest.subarray(from + Number(length));
    }
    return Buffer.from(rest);
  }

  private add(message: string): void {
    this.messages.push(message);
    this.isDead ||= this.messages.length >= this.diesAfter;
    for (const tell of this.waiting.splice(0)) tell();
  }
}
