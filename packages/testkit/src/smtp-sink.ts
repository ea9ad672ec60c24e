import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface SinkMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came, headers and all. */
  readonly raw: string;
  /** Over an encrypted connection. */
  readonly secure: boolean;
  readonly user: string | null;
}

export interface SmtpSinkOptions {
  /** Whether it offers STARTTLS. */
  readonly startTls?: boolean;
  readonly key?: string;
  readonly cert?: string;
  readonly password?: string;
}

/** A mail server on this machine that keeps what it is given, and refuses what it is told to. */
export class SmtpSink {
  readonly mails: SinkMail[] = [];
  /** A reply to every mail in place of 250, such as 451 or 550. */
  refuse: { readonly code: number; readonly text: string } | undefined;

  private constructor(
    readonly port: number,
    private readonly server: SMTPServer,
  ) {}

  static async start(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
    let sink: SmtpSink | undefined;
    const server = new SMTPServer({
      ...(options.key && options.cert ? { key: options.key, cert: options.cert } : {}),
      disabledCommands: [...(options.startTls ? [] : ['STARTTLS']), ...(options.password ? [] : ['AUTH'])],
      authOptional: options.password === undefined,
      onAuth(auth, _session, done) {
        if (auth.password === options.password) done(null, { user: auth.username ?? '' });
        else done(Object.assign(new Error('5.7.8 Bad credentials'), { responseCode: 535 }));
      },
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const refuse = sink?.refuse;
          if (refuse) return done(Object.assign(new Error(refuse.text), { responseCode: refuse.code }));
          const { mailFrom, rcptTo } = session.envelope;
          sink?.mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
            secure: session.secure,
            user: (session.user as string | undefined) ?? null,
          });
          done();
        });
      },
    });
    server.on('error', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    sink = new SmtpSink((server.server.address() as AddressInfo).port, server);
    return sink;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
