import { lookup as resolve } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '@carillon/core/alert/deliver/address-guard';
import type { HttpRequest } from '@carillon/core/alert/deliver/http-channels';
import type { Answer } from '@carillon/core/alert/deliver/outcome';

export interface SendOptions {
  readonly allowPrivateAddresses: boolean;
  readonly timeoutMs: number;
  /** So much of the answer is read; the rest is not waited for. */
  readonly answerBytes?: number;
}

/** The address is not public, and the channel does not say that it may be. */
export class BlockedAddress extends Error {
  constructor(
    readonly host: string,
    readonly address: string,
  ) {
    super(`${host} is at ${address}, which is not public: the channel has to say allowPrivateAddresses: true`);
  }

  get why() {
    const { message, host, address } = this;
    return { code: 'blocked_address', message, figures: { host, address } };
  }
}

/** Enough of an answer to understand it. */
const usualAnswerBytes = 64 * 1024;

/**
 * Sends a request and reads the answer. The name is resolved once, and the address that was looked at is the one that is
 * dialled; redirects are not followed.
 * @throws BlockedAddress; Error when nothing was answered in time
 */
export function httpSend(request: HttpRequest, options: SendOptions): Promise<Answer> {
  const url = new URL(request.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // An address that is written out is not looked up.
  if (isIP(host) && !options.allowPrivateAddresses && !isPublicAddress(host))
    return Promise.reject(new BlockedAddress(host, host));
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const { answerBytes = usualAnswerBytes } = options;
  const body = Buffer.from(request.body);
  return new Promise((done, fail) => {
    const outgoing = send(
      url,
      {
        method: request.method ?? 'POST',
        headers: { ...request.headers, 'content-length': body.length, 'user-agent': 'Carillon' },
        lookup: guardedLookup(options.allowPrivateAddresses),
        signal: AbortSignal.timeout(options.timeoutMs),
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          if (length < answerBytes) chunks.push(chunk.subarray(0, answerBytes - length));
          length += chunk.length;
          if (length > answerBytes) incoming.destroy();
        });
        incoming.on('error', fail);
        incoming.on('close', () => {
          const headers = Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
          );
          done({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.on('error', (error) =>
      fail(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new Error(`no answer within ${options.timeoutMs} ms`)
          : error,
      ),
    );
    outgoing.end(body);
  });
}

/** Resolves as usual, and refuses when any of the addresses is not public: one good one among bad ones is a trick. */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const blocked = allowPrivate ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
      const [first] = addresses;
      if (blocked || !first) return callback(new BlockedAddress(hostname, blocked?.address ?? 'no address'), '', 0);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
