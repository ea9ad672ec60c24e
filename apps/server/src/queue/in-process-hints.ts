import type { Hint, Hints, HintsHealth } from './hints.js';

/** Hints inside one process: the whole fleet hangs on this server. */
export class InProcessHints implements Hints {
  private readonly listeners = new Set<(hint: Hint) => void>();

  publish(hint: Hint): void {
    // Listeners run after the publisher's own work, as they would with a broker in between.
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(hint);
    });
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  health(): Promise<HintsHealth> {
    return Promise.resolve({ mode: 'in-process', ok: true });
  }
}
