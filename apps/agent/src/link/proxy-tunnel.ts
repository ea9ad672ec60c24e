import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { withoutPassword } from '@carillon/core/link/proxy';
import { LinkError } from './link-error.js';

/**
 * A raw connection to `target` through an HTTP proxy (CONNECT). A name and password in the proxy's URL are sent as
 * Basic credentials.
 * @param target host and port, `carillon.example:443`
 * @throws LinkError `proxy_407` and the like when the proxy refuses, `proxy_unreachable` when it cannot be reached
 */
export function openTunnel(
  proxy: string,
  target: string,
  options: { readonly ca: string[] | undefined; readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Socket> {
  const url = new URL(proxy);
  const shown = withoutPassword(proxy);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (code: string, text: string) => reject(new LinkError(`proxy ${shown}: ${text}`, code));
    const asking = request({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (url.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...credentialsOf(url) },
      agent: false,
      timeout: options.timeoutMs,
      ca: options.ca,
      rejectUnauthorized: true,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    asking.once('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        fail(`proxy_${answer.statusCode}`, `it answered ${answer.statusCode} ${answer.statusMessage} for ${target}`);
      } else if (head.length > 0) {
        socket.destroy();
        fail('proxy_bad_answer', 'it sent data before the connection was made');
      } else {
        socket.setTimeout(0);
        resolve(socket);
      }
    });
    // Only a proxy that knows no CONNECT answers like a web server.
    asking.once('response', (answer) => {
      answer.destroy();
      fail(`proxy_${answer.statusCode}`, `it answered ${answer.statusCode} to CONNECT`);
    });
    asking.once('timeout', () => asking.destroy(new Error(`no answer within ${options.timeoutMs / 1_000} s`)));
    asking.once('error', (error) => fail('proxy_unreachable', error.message));
    asking.end();
  });
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (!username && !password) return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text, 'utf8').toString('base64')}` };
}
