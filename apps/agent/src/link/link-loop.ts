import { setTimeout as wait } from 'node:timers/promises';
import { freshReconnect, nextReconnect, type ReconnectRules } from '@carillon/core/link/reconnect';
import type { Identity } from '../state/identity.js';
import { Channel, LinkError } from './channel.js';
import { type HelloState, sayHello } from './handshake.js';
import { runSession, type SessionParts, type SessionTiming } from './session.js';

export interface LinkOptions {
  readonly server: string;
  readonly identity: Identity;
  /** Facts of the host, asked anew for each session: a time zone may have changed. */
  readonly facts: () => HelloState['facts'];
  readonly parts: SessionParts;
  /** Agent's own tests and simulations shorten the windows. */
  readonly reconnect?: ReconnectRules;
  readonly timing?: SessionTiming;
  readonly onOnline?: () => void;
}

/** Refusals that a person must resolve; asking more often does not help. */
const hopelessCodes = new Set(['unknown_agent', 'revoked', 'quarantined', 'wrong_origin', 'protocol', 'bad_signature']);
const hopelessWaitMs = 5 * 60_000;

/** Keeps a session with the server until the signal aborts: connect, say hello, serve, wait, again. Never throws. */
export async function keepLinked(options: LinkOptions, signal: AbortSignal): Promise<void> {
  const { log } = options.parts;
  let state = freshReconnect;
  while (!signal.aborted) {
    const startedMs = Date.now();
    let openedMs: number | undefined;
    const end = await oneSession(options, signal, () => {
      openedMs = Date.now();
    });
    if (signal.aborted) return;
    const livedMs = openedMs === undefined ? 0 : Date.now() - openedMs;
    const next = nextReconnect(
      state,
      { livedMs, retryAfterMs: end.retryAfterMs, random: Math.random() },
      options.reconnect,
    );
    state = next.state;
    options.parts.contact?.onTrouble(end.why);
    log.warn('not connected to the server', {
      why: end.why,
      afterMs: Date.now() - startedMs,
      nextTryInMs: next.waitMs,
    });
    await wait(next.waitMs, undefined, { signal }).catch(() => undefined);
  }
}

async function oneSession(
  { server, identity, facts, parts, timing, onOnline }: LinkOptions,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<{ why: string; retryAfterMs?: number | undefined }> {
  let channel: Channel | undefined;
  try {
    channel = await Channel.open(server, signal);
    const { epoch, first, next } = parts.eventLog;
    const welcome = await sayHello(channel, server, identity, {
      facts: facts(),
      desired: parts.desired.wanted,
      spool: { epoch, first, next },
    });
    onOpen();
    parts.log.info('connected', { server, session: welcome.sessionId });
    onOnline?.();
    return await runSession(channel, welcome, parts, signal, timing);
  } catch (error) {
    channel?.close();
    if (!(error instanceof LinkError)) return { why: String(error) };
    const retryAfterMs = error.retryAfterMs ?? (hopelessCodes.has(error.code) ? hopelessWaitMs : undefined);
    return { why: `${error.code}: ${error.message}`, retryAfterMs };
  }
}
