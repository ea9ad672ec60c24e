import type { BlockList } from 'node:net';
import { agentPath, agentSubprotocol } from '@carillon/contract/agent/envelope';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { refused, type Turned } from '../shared/answer-refused.js';
import { clientAddress, proxyList } from './client-address.js';
import { TokenBucket } from './token-bucket.js';

/** What is looked at of an upgrade request. */
export interface Caller {
  readonly path: string;
  readonly peer: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Admission = { readonly kind: 'admitted'; readonly address: string } | Turned;

/** Over how many seconds refused callers come back. An address has room again as soon as one of its agents is known. */
const retrySpreadSeconds = { 503: 10, 429: 2 } as const;
/** However many were told to come back: a flood of strangers must not keep agents away for long. */
const longestQueueSeconds = 20;

/** Decides who may open a socket at all, before any signature or database work. Counts those not known yet. */
@Injectable()
export class Doorkeeper {
  private readonly proxies: BlockList;
  private readonly bucket: TokenBucket;
  private readonly strangers = new Map<string, number>();
  private closed = false;
  /** Up to when the rate is spoken for by callers that were told to come back. */
  private spokenForMs = 0;

  constructor(
    @Inject(CONFIG)
    private readonly config: Pick<Config, 'trustProxy' | 'handshakesPerSecond' | 'unknownSocketsPerAddress'>,
  ) {
    this.proxies = proxyList(config.trustProxy);
    this.bucket = new TokenBucket(config.handshakesPerSecond, Date.now());
  }

  /** Open sockets whose agents are not known yet. */
  get unauthenticated(): number {
    return [...this.strangers.values()].reduce((sum, count) => sum + count, 0);
  }

  get draining(): boolean {
    return this.closed;
  }

  /** From now on everybody is sent to another server. */
  close(): void {
    this.closed = true;
  }

  /** Judges one caller; an admitted one counts as a stranger of its address until `known`. */
  admit(caller: Caller, nowMs: number): Admission {
    const flaw = flawOf(caller);
    if (flaw) return flaw;
    if (this.closed) return later('draining', 503, 'this server is stopping');
    if (!this.bucket.take(nowMs)) {
      const message = `expected at most ${this.config.handshakesPerSecond} connections a second`;
      return { ...refused(503, 'too_many_handshakes', message), retryAfterSeconds: this.turnOf(nowMs) };
    }
    const address = clientAddress(caller.peer, single(caller.headers['x-forwarded-for']), this.proxies);
    const waiting = this.strangers.get(address) ?? 0;
    const most = this.config.unknownSocketsPerAddress;
    if (waiting >= most) {
      const message = `expected at most ${most} sockets without a hello from ${address}`;
      return later('too_many_sockets', 429, message);
    }
    this.strangers.set(address, waiting + 1);
    return { kind: 'admitted', address };
  }

  /** Gives the next free place at the rate, in seconds from now, so that a fleet comes back in a queue and not in a crowd. */
  private turnOf(nowMs: number): number {
    const soonestMs = nowMs + 1_000;
    const turnMs = Math.max(soonestMs, this.spokenForMs);
    if (turnMs - nowMs > longestQueueSeconds * 1_000) return 1 + Math.floor(Math.random() * longestQueueSeconds);
    this.spokenForMs = turnMs + 1_000 / this.config.handshakesPerSecond;
    return Math.ceil((turnMs - nowMs) / 1_000);
  }

  /** One stranger of this address said who it is, or left. */
  known(address: string): void {
    const left = (this.strangers.get(address) ?? 0) - 1;
    if (left > 0) this.strangers.set(address, left);
    else this.strangers.delete(address);
  }
}

/** What is wrong with the request itself, whoever sends it. */
function flawOf({ path, headers }: Caller): Turned | null {
  if (path !== agentPath) return refused(404, 'not_found', `path: expected ${agentPath}, got ${path.slice(0, 100)}`);
  for (const name of ['origin', 'cookie']) {
    if (headers[name] === undefined) continue;
    return refused(403, 'not_for_browsers', `header ${name}: expected none, agents are not browsers`);
  }
  const offered = (single(headers['sec-websocket-protocol']) ?? '').split(',').map((name) => name.trim());
  if (offered.includes(agentSubprotocol)) return null;
  return refused(400, 'bad_subprotocol', `header sec-websocket-protocol: expected ${agentSubprotocol}`);
}

function later(code: string, status: keyof typeof retrySpreadSeconds, message: string): Turned {
  const retryAfterSeconds = 1 + Math.floor(Math.random() * retrySpreadSeconds[status]);
  return { ...refused(status, code, message), retryAfterSeconds };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
