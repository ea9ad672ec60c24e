/** A walk that was begun. */
export interface Begun {
  /** What was pressed, which has the focus again afterwards. */
  readonly opener: HTMLElement | null;
}

let begun: Begun | null = null;
const listeners = new Set<() => void>();

/** For `useSyncExternalStore`. */
export const tourBegun = (): Begun | null => begun;

/** For `useSyncExternalStore`. @returns how to stop listening */
export function onTour(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Begins the tour from its first step, wherever the reader is. */
export function startTour(opener: Element | null = document.activeElement): void {
  tell({ opener: opener instanceof HTMLElement ? opener : null });
}

export const endTour = (): void => tell(null);

function tell(next: Begun | null): void {
  begun = next;
  for (const listener of listeners) listener();
}
