import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes what a webhook channel sends, and remembers when each thing was first spoken of. */
export class AlertSink {
  /** Messages so far. */
  count = 0;
  private readonly server: Server;
  private heard: () => void = () => undefined;
  private readonly texts: { readonly atMs: number; readonly text: string }[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        this.count += 1;
        this.texts.push({ atMs: Date.now(), text: Buffer.concat(pieces).toString('utf8') });
        this.heard();
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** When something was first spoken of; null: it was not yet. */
  firstMs(text: string): number | null {
    return this.texts.find((told) => told.text.includes(text))?.atMs ?? null;
  }

  /** Waits until each of these was spoken of. @throws Error that says how many were not when the time is over */
  async allHeard(texts: readonly string[], patienceMs: number): Promise<void> {
    const missing = () => texts.filter((text) => this.firstMs(text) === null).length;
    const deadlineMs = Date.now() + patienceMs;
    while (missing() > 0) {
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0)
        throw new Error(
          `${missing()} of ${texts.length} failures were not told at the webhook within ${patienceMs / 1_000} s`,
        );
      await this.next(leftMs);
    }
  }

  private async next(patienceMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** How many messages speak of something. */
  countOf(text: string): number {
    return this.texts.filter((told) => told.text.includes(text)).length;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
