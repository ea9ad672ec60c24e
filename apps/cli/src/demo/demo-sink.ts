import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deadChannel } from './demo-alerts.js';

export interface DemoSink {
  /** Ends with a slash; the name of a channel follows. */
  readonly url: string;
  close(): void;
}

/** Takes what the channels of the demo send, on the loopback, and forgets it: nobody is told of a demo. */
export async function openDemoSink(): Promise<DemoSink> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const isDead = request.url === `/${deadChannel}`;
      response.writeHead(isDead ? 410 : 200, { 'content-type': 'application/json' });
      response.end(isDead ? '{"error":"this pager was switched off in spring"}' : '{}');
    });
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
