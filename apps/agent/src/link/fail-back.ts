import { setTimeout as wait } from 'node:timers/promises';
import { Channel } from './channel.js';
import type { Route } from './route.js';

const answerMs = 15_000;

/**
 * Resolves true once a better address answers again, false when the signal aborts first. Looks now and then, spread, so
 * that a fleet does not come back to an address at one moment.
 */
export async function untilItAnswers(
  server: string,
  route: Route,
  everyMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    await wait(everyMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted && (await answers(server, route, signal))) return true;
  }
  return false;
}

/** A challenge for the address that was dialled: the server there takes agents. */
async function answers(server: string, route: Route, signal: AbortSignal): Promise<boolean> {
  let channel: Channel | undefined;
  try {
    channel = await Channel.open(server, { route, signal });
    const first = await channel.next(answerMs);
    return first?.name === 'challenge' && first.body.origin === new URL(server).origin;
  } catch {
    return false;
  } finally {
    channel?.close();
  }
}
