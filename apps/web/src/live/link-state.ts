/** How fresh pages are. `polling`: by asking now and then, as the socket is cut. `offline`: the server does not answer. */
export type LinkState = 'live' | 'polling' | 'offline';

let socketState: LinkState = 'polling';
/** Whether questions are answered: a socket on a line that is cut somewhere far away goes on looking well. */
let isAnswered = true;
const listeners = new Set<() => void>();

export function linkState(): LinkState {
  return isAnswered ? socketState : 'offline';
}

export function setLinkState(next: LinkState): void {
  change(() => {
    socketState = next;
  });
}

/** A question was answered, or nothing was for a while. */
export function noteAnswered(is: boolean): void {
  change(() => {
    isAnswered = is;
  });
}

function change(act: () => void): void {
  const before = linkState();
  act();
  if (linkState() === before) return;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. @returns how to stop listening */
export function onLinkState(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
