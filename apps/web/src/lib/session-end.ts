/** Whether the session ended while somebody looks at a page. */
let ended = false;
const listeners = new Set<() => void>();

export const isSessionEnded = (): boolean => ended;

export function markSession(isEnded: boolean): void {
  if (isEnded === ended) return;
  ended = isEnded;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. @returns how to stop listening */
export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
