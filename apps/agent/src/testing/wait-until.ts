import { vi } from 'vitest';

/** Waits until there is something; the time limit is for broken code only. */
export function waitUntil<T>(look: () => T | undefined | false, what: string): Promise<T> {
  return vi.waitFor(
    () => {
      const found = look();
      if (found === undefined || found === false) throw new Error(`waited in vain for ${what}`);
      return found;
    },
    { timeout: 20_000, interval: 10 },
  );
}
