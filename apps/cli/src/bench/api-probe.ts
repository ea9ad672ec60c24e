import { setTimeout as wait } from 'node:timers/promises';
import type { PrivateStack } from './private-stack.js';
import { type Quantiles, quantilesOf } from './quantiles.js';

/** What a person at the dashboard asks for all the time. */
const paths = ['/overview', '/hosts?limit=50', '/runs?limit=50', '/jobs?limit=50'] as const;
const pauseMs = 40;

/** Asks the API one question after the other for a while. @returns how long the answers took, in ms */
export async function probeApi({ api }: PrivateStack, forMs: number, signal: AbortSignal): Promise<Quantiles> {
  // The first answers of a connection and of its statements are not what a person waits for.
  for (const path of paths) await api.call('GET', path);
  const times: number[] = [];
  const untilMs = Date.now() + forMs;
  for (let count = 0; Date.now() < untilMs; count += 1) {
    const startedMs = performance.now();
    await api.call('GET', paths[count % paths.length] ?? paths[0]);
    times.push(performance.now() - startedMs);
    await wait(pauseMs, undefined, { signal });
  }
  return quantilesOf(times);
}
