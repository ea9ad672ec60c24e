const held = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Together about a second and a half: longer than a scanner's look at a small file, shorter than anybody's patience. */
const pausesMs = [5, 10, 20, 50, 100, 200, 400, 700];

/**
 * Does something to a file, and again while somebody else has it open just now. Windows refuses then to replace, rename
 * or remove a file (sharing violation, access denied, delete pending); a virus scanner or another of our own processes
 * is done with it in a moment. Elsewhere the same codes mean what they say, and nothing is tried again.
 * @param pause waits so many milliseconds; for tests
 * @throws what the work threw last
 */
export function retryWhileHeld<T>(
  work: () => T,
  platform: NodeJS.Platform = process.platform,
  pause: (ms: number) => void = pauseThread,
): T {
  for (const ms of platform === 'win32' ? pausesMs : []) {
    try {
      return work();
    } catch (error) {
      if (!held.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      pause(ms);
    }
  }
  return work();
}

function pauseThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
