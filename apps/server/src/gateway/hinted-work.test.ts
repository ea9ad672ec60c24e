import { Logger } from '@nestjs/common';
import { describe, expect, it, vi } from 'vitest';
import type { AgentLink } from './agent-link.js';
import { HintedWork } from './hinted-work.js';
import { SocketRegistry } from './socket-registry.js';

Logger.overrideLogger(false);

function registryOf(...hostIds: string[]): SocketRegistry {
  const registry = new SocketRegistry();
  for (const hostId of hostIds) registry.add({ hostId, fence: 1, open: true } as AgentLink);
  return registry;
}

/** Records what was looked at; each look waits until the test ends it. */
function recorder() {
  const looks: { hostIds: string[]; end(): void; fail(): void }[] = [];
  const work = (links: readonly AgentLink[]) =>
    new Promise<void>((resolve, reject) => {
      const hostIds = links.map((link) => link.hostId).sort();
      looks.push({ hostIds, end: resolve, fail: () => reject(new Error('away')) });
    });
  return { looks, work };
}

describe('hinted work', () => {
  it('looks at hinted hosts that are here, once at a time, and at what came meanwhile after it', async () => {
    const { looks, work } = recorder();
    const hinted = new HintedWork('Test', registryOf('a', 'b', 'c'), work);
    hinted.hint(['a', 'elsewhere']);
    for (let count = 0; count < 5; count += 1) hinted.hint(['b', 'c']);
    expect(looks.map((look) => look.hostIds)).toEqual([['a']]);
    looks[0]?.end();
    await vi.waitFor(() => expect(looks[1]?.hostIds).toEqual(['b', 'c']));
    looks[1]?.end();
    await hinted.idle();
    expect(looks).toHaveLength(2);
  });

  it('looks at every socket on a poll, also after a look that failed', async () => {
    const { looks, work } = recorder();
    const hinted = new HintedWork('Test', registryOf('a', 'b'), work);
    hinted.hint(['a']);
    looks[0]?.fail();
    await hinted.idle();
    hinted.poll();
    await vi.waitFor(() => expect(looks[1]?.hostIds).toEqual(['a', 'b']));
  });

  it('loses no hint that comes at the very end of a look', async () => {
    const seen: string[] = [];
    const hinted = new HintedWork('Test', registryOf('a', 'b'), async (links) => {
      seen.push(...links.map((link) => link.hostId));
    });
    for (let hops = 0; hops < 12; hops += 1) {
      seen.length = 0;
      hinted.hint(['a']);
      for (let hop = 0; hop < hops; hop += 1) await null;
      hinted.hint(['b']);
      await vi.waitFor(() => expect(seen).toEqual(['a', 'b']));
    }
  });

  it('begins nothing after it was stopped', async () => {
    const { looks, work } = recorder();
    const hinted = new HintedWork('Test', registryOf('a'), work);
    hinted.stop();
    hinted.hint(['a']);
    hinted.poll();
    await hinted.idle();
    expect(looks).toEqual([]);
  });
});

describe('the registry', () => {
  it('keeps the newest session of a host, whichever came first', () => {
    const link = (fence: number) => ({ hostId: 'a', fence, supersede: vi.fn() }) as unknown as AgentLink;
    for (const order of [
      [1, 2],
      [2, 1],
    ] as const) {
      const registry = new SocketRegistry();
      const links = order.map(link);
      for (const one of links) registry.add(one);
      expect(registry.get('a')?.fence).toBe(2);
      const older = links.find((one) => one.fence === 1);
      expect(older?.supersede).toHaveBeenCalled();
      if (older) registry.remove(older);
      expect(registry.size).toBe(1);
    }
  });
});
