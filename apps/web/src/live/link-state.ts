/** How fresh pages are. `polling`: by asking now and then, as the socket is cut. `offline`: the server does not answer. */
export type LinkState = 'live' | 'polling' | 'offline';

let state: LinkState = 'polling';
const listeners = new Set<() => void>();

export function linkState(): LinkState {
  return state;
}

export function setLinkState(next: LinkState): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. @returns how to stop listening */
export function onLinkState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
