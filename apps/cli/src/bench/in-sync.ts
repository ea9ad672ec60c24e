import { setTimeout as wait } from 'node:timers/promises';
import type { PrivateStack } from './private-stack.js';

const inSyncMs = 120_000;

/** Waits until the one host of a private stack has registered what it should have. @throws Error when it takes too long */
export async function untilInSync({ api }: PrivateStack, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + inSyncMs;
  for (;;) {
    const { items } = await api.call<{ items: { inSync: boolean; desired?: { rev: number } }[] }>('GET', '/hosts');
    if (items.length === 1 && items[0]?.inSync) return;
    if (Date.now() > deadline) throw new Error(`the tasks were not registered within ${inSyncMs / 1_000} s`);
    await wait(250, undefined, { signal });
  }
}
