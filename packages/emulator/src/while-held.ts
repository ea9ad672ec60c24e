const patienceMs = [5, 10, 20, 50, 100, 200, 400];

/**
 * Does something to a file, and again while another process of the emulator has it open: Windows refuses then, for a
 * moment. Elsewhere nothing is tried again.
 * @throws what the work threw last
 */
export function whileHeld<T>(work: () => T): T {
  for (const ms of process.platform === 'win32' ? patienceMs : []) {
    try {
      return work();
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    }
  }
  return work();
}
