import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelSpec } from '@carillon/core/alert/documents/channel.schema';
import { selfWatch } from '@carillon/core/alert/self-watch/self-watch';
import { z } from 'zod';
import { describeError } from '../../queue/state-log.js';

/** Longer than any notice of ours. */
const bodyBytes = 64 * 1024;
const noticeSchema = z.object({
  data: z.object({ reason: z.string(), run: z.object({ id: z.uuid() }) }),
});

export type Heard = z.output<typeof noticeSchema>['data'];

/** Where the notices of probes arrive: a web hook on this machine, whose path only this process knows. */
export class SelfWatchReceiver {
  private constructor(
    private readonly server: Server,
    readonly channel: ChannelSpec,
  ) {}

  /** @param hear what arrived; when it throws, the sender is told to try again */
  static async listen(hear: (notice: Heard) => Promise<void>): Promise<SelfWatchReceiver> {
    const path = `/${randomBytes(24).toString('base64url')}`;
    const server = createServer((request, response) => void answer(request, response, path, hear));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new SelfWatchReceiver(server, channelAt(`http://127.0.0.1:${port}${path}`));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

function channelAt(url: string): ChannelSpec {
  return {
    name: selfWatch.name,
    description: '',
    language: 'en',
    fallback: null,
    limit: { perMinute: 60, burst: 10 },
    allowPrivateAddresses: true,
    templates: { subject: null, text: null },
    enabled: true,
    type: 'webhook',
    url,
    // Its path is its secret.
    signing: [],
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  hear: (notice: Heard) => Promise<void>,
): Promise<void> {
  const end = (status: number, text = '') => void response.writeHead(status).end(text);
  if (request.method !== 'POST' || request.url !== path) return end(404);
  try {
    const notice = noticeSchema.safeParse(JSON.parse(await bodyOf(request)));
    if (!notice.success) return end(400, notice.error.message);
    await hear(notice.data.data);
    end(204);
  } catch (error) {
    end(500, describeError(error));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytes) throw new Error(`expected at most ${bodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
