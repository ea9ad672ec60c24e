/** Time as the service sees it; tests inject their own. Instants are milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Calls `fn` once at or after `atMs`; the returned function cancels. */
  setTimer(atMs: number, fn: () => void): () => void;
}

// setTimeout cannot wait longer than 2^31 ms, and a clock that is set while we sleep must be noticed.
const LONGEST_SLEEP = 60_000;

/** The computer's clock. Long waits are cut up, so that changes of the clock are followed within a minute. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(atMs, fn) {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = atMs - Date.now();
      timer = left <= 0 ? setTimeout(fn, 0) : setTimeout(wait, Math.min(left, LONGEST_SLEEP));
    };
    wait();
    return () => clearTimeout(timer);
  },
};
