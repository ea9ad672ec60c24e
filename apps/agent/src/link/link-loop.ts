import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { nextServer } from '@carillon/core/link/choose-server';
import { freshReconnect, nextReconnect, type ReconnectRules } from '@carillon/core/link/reconnect';
import type { Identity } from '../state/identity.js';
import type { KeyKeeper } from '../state/key-keeper.js';
import { Channel } from './channel.js';
import { untilItAnswers } from './fail-back.js';
import { type HelloState, sayHello } from './handshake.js';
import { LinkError } from './link-error.js';
import type { Route } from './route.js';
import { runSession, type SessionParts, type SessionTiming } from './session.js';

export interface LinkOptions {
  /** Addresses of the server in order of preference, at least one. */
  readonly servers: readonly string[];
  readonly route?: Route;
  readonly identity: Identity;
  /** The keys with which to sign in; absent on simulated hosts, which keep to the one of their identity. */
  readonly keys?: KeyKeeper;
  /** Facts of the host, asked anew for each session: a time zone may have changed. */
  readonly facts: () => HelloState['facts'];
  readonly parts: SessionParts;
  /** Agent's own tests and simulations shorten the windows. */
  readonly reconnect?: ReconnectRules;
  readonly timing?: SessionTiming;
  /** About how often a better address than the one in use is looked at. */
  readonly failBackMs?: number;
  readonly onOnline?: () => void;
}

/** Refusals that a person must resolve; asking more often does not help. */
const hopelessCodes = new Set([
  'unknown_agent',
  'revoked',
  'quarantined',
  'wrong_origin',
  'protocol',
  'bad_signature',
  'retired',
]);
const hopelessWaitMs = 5 * 60_000;

const defaultFailBackMs = 10 * 60_000;

/** Keeps a session with the server until the signal aborts: connect, say hello, serve, wait, again. Never throws. */
export async function keepLinked(options: LinkOptions, signal: AbortSignal): Promise<void> {
  const { log } = options.parts;
  let state = freshReconnect;
  let place = 0;
  while (!signal.aborted) {
    const startedMs = Date.now();
    let openedMs: number | undefined;
    const end = await oneSession(options, place, signal, () => {
      openedMs = Date.now();
    });
    if (signal.aborted) return;
    const tried = { server: options.servers[place], why: end.why };
    const to = nextServer({ place, opened: openedMs !== undefined, ...end }, options.servers.length);
    place = to.place;
    if (!to.wait) {
      log.info('goes to another address of the server', { ...tried, next: options.servers[place] });
      continue;
    }
    const livedMs = openedMs === undefined ? 0 : Date.now() - openedMs;
    const next = nextReconnect(
      state,
      { livedMs, retryAfterMs: end.retryAfterMs, random: Math.random() },
      options.reconnect,
    );
    state = next.state;
    options.parts.contact?.onTrouble(end.why);
    log.warn('not connected to the server', {
      ...tried,
      afterMs: Date.now() - startedMs,
      nextTryInMs: next.waitMs,
    });
    await wait(next.waitMs, undefined, { signal }).catch(() => undefined);
  }
}

const instances = new WeakMap<Identity, string>();

/** One for each agent of a process: simulated hosts are many. */
function instanceOf(identity: Identity): string {
  const known = instances.get(identity) ?? randomUUID();
  instances.set(identity, known);
  return known;
}

interface SessionEnd {
  readonly why: string;
  readonly code: string | undefined;
  readonly isLeft: boolean;
  readonly retryAfterMs?: number | undefined;
}

async function oneSession(
  options: LinkOptions,
  place: number,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<SessionEnd> {
  const { servers, route = {}, identity, keys, facts, parts, timing, failBackMs, onOnline } = options;
  const server = servers[place] ?? '';
  // Ends the session: the agent stops, or the best address answers again.
  const leave = new AbortController();
  const over = new AbortController();
  let channel: Channel | undefined;
  let isLeft = false;
  try {
    channel = await Channel.open(server, { route, signal });
    const { epoch, first, next, kept } = parts.eventLog;
    const welcome = await sayHello(channel, server, keys?.toTry() ?? identity, {
      facts: facts(),
      desired: parts.desired.wanted,
      spool: { epoch, first, next },
      kept,
      instance: instanceOf(identity),
    });
    if (keys?.noteWelcome() === 'commit') parts.log.info('this host has another key');
    onOpen();
    parts.log.info('connected', { server, session: welcome.sessionId });
    if (welcome.waits) parts.log.warn('this host waits until somebody lets it in; until then it gets nothing');
    onOnline?.();
    if (place > 0)
      void untilItAnswers(servers[0] ?? '', route, failBackMs ?? defaultFailBackMs, over.signal).then((answers) => {
        isLeft = answers;
        if (answers) leave.abort('a better address answers again');
      });
    const end = await runSession(channel, welcome, parts, AbortSignal.any([signal, leave.signal]), timing);
    return { ...end, code: undefined, isLeft };
  } catch (error) {
    channel?.close();
    if (!(error instanceof LinkError)) return { why: String(error), code: undefined, isLeft };
    const { code } = error;
    // The centre may have died before it had heard of the next key.
    if (code === 'bad_signature' && keys?.noteRefused()) return oneSession(options, place, signal, onOpen);
    if (error.leave) parts.leaving?.onRetired(error.leave);
    const retryAfterMs = error.retryAfterMs ?? (hopelessCodes.has(code) ? hopelessWaitMs : undefined);
    return { why: `${code}: ${error.message}`, code, isLeft, retryAfterMs };
  } finally {
    over.abort();
  }
}
