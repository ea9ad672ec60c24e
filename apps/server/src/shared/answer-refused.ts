import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why somebody may not open a socket. */
export interface Turned {
  readonly kind: 'refused';
  readonly status: number;
  /** Machine name, as in the API's errors. */
  readonly code: string;
  /** What was wrong and what was expected. */
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

export function refused(status: number, code: string, message: string): Turned {
  return { kind: 'refused', status, code, message };
}

/** Answers an upgrade request with a plain HTTP error (`{ code, params, message }`, as the API does) and hangs up. */
export function answerRefused(socket: Duplex, { status, code, message, retryAfterSeconds }: Turned): void {
  const body = JSON.stringify({ code, params: {}, message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  socket.on('error', () => undefined);
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
