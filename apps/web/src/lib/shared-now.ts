const everyMs = 10_000;
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: number | undefined;

function tick(): void {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`: one clock for the hundreds of times on a page. @returns how to stop listening */
export function onSharedNow(listener: () => void): () => void {
  if (listeners.size === 0) {
    nowMs = Date.now();
    timer = window.setInterval(tick, everyMs);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

/** Epoch milliseconds, told anew every ten seconds. */
export const sharedNow = (): number => nowMs;
