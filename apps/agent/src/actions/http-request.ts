import * as http from 'node:http';
import * as https from 'node:https';
import { performance } from 'node:perf_hooks';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { describeBytes } from './action-report.js';

/** One request, ready to be sent. */
export interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

export interface Bounds {
  /** To the last byte of the answer. */
  readonly timeoutMs: number;
  /** Unpacked. */
  readonly maxBytes: number;
  /** Certificates (PEM) that are trusted; undefined: those of Node. */
  readonly ca: readonly string[] | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly latencyMs: number;
}

/** No answer, or none that can be used. */
export class RequestFailed extends Error {
  constructor(
    message: string,
    /** May the same go well a little later? */
    readonly isWorthIt: boolean,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/**
 * Sends one request and reads its answer whole, packed or not, within bounds of time and bytes. Goes there directly, by no
 * proxy, and follows nothing.
 * @throws RequestFailed
 */
export function sendRequest({ url, method, headers, body }: Outgoing, bounds: Bounds): Promise<Incoming> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === 'https:';
    const length = body === null ? {} : { 'content-length': String(body.length) };
    const options = {
      method,
      headers: { ...headers, ...length, 'accept-encoding': 'gzip, br' },
      agent: false as const,
      // Said outright: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment must not turn the check off.
      ...(isSecure ? { ...(bounds.ca ? { ca: [...bounds.ca] } : {}), rejectUnauthorized: true } : {}),
    };
    const request = (isSecure ? https : http).request(url, options);
    const end = (finish: () => void) => {
      clearTimeout(timer);
      finish();
      request.destroy();
    };
    const fail = (error: unknown) => end(() => reject(error instanceof RequestFailed ? error : asFailure(error)));
    const timer = setTimeout(
      () => fail(new RequestFailed(`no whole answer within ${bounds.timeoutMs} ms`, true)),
      bounds.timeoutMs,
    );
    request.on('error', fail);
    request.on('response', (response) => {
      readBody(response, method, bounds.maxBytes).then((bytes) => {
        const latencyMs = Math.round(performance.now() - startedMs);
        const { statusCode: status = 0, headers: received } = response;
        end(() => resolve({ status, headers: received, body: bytes, latencyMs }));
      }, fail);
    });
    request.end(body ?? undefined);
  });
}

async function readBody(response: http.IncomingMessage, method: string, maxBytes: number): Promise<Buffer> {
  const source = method === 'HEAD' ? response : unpacked(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new RequestFailed(`the answer is larger than maxBytes allows (${describeBytes(maxBytes)} left)`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpacked(response: http.IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return response;
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'br')
    throw new RequestFailed(`the answer is packed as ${encoding}, which was not asked for`, false);
  // Its errors reach whoever reads what comes out.
  return pipeline(response, encoding === 'br' ? createBrotliDecompress() : createGunzip(), () => undefined);
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  EPIPE: 'the connection was cut (EPIPE)',
  ENOTFOUND: 'no host of this name is known (ENOTFOUND)',
  EAI_AGAIN: 'the name of the host could not be looked up (EAI_AGAIN)',
  EHOSTUNREACH: 'the host cannot be reached (EHOSTUNREACH)',
  ENETUNREACH: 'the network cannot be reached (ENETUNREACH)',
  ETIMEDOUT: 'the host does not answer (ETIMEDOUT)',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too large',
};

function asFailure(error: unknown): RequestFailed {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // Certificates do not get better by asking again.
  const isTrust = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT)/.test(code);
  if (isTrust) return new RequestFailed(`its certificate is not trusted: ${message}`, false);
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT'))
    return new RequestFailed(`the answer cannot be unpacked: ${message}`, true);
  return new RequestFailed(words[code] ?? (message || code || String(error)), true);
}
