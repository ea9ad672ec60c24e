import { type Entry, world, worldOrNone } from '../world.js';

const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  random: Math.random,
  kill: process.kill,
};

class VirtualDate extends real.Date {
  // biome-ignore lint/suspicious/noExplicitAny: as the built-in takes them
  constructor(...given: any[]) {
    if (given.length === 0) super(world().clockMs);
    // @ts-expect-error the built-in has one signature for each number of arguments
    else super(...given);
  }

  static override now(): number {
    return world().clockMs;
  }
}

class Timer {
  entry: Entry | undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Timers are late now and then, as on a busy machine. */
function latenessMs(): number {
  const { random } = world();
  return random.chance(0.01) ? random.between(0, 400) : random.next();
}

function startTimer(run: () => void, ms: number, repeats: boolean): Timer {
  const timer = new Timer();
  const here = world();
  const process = here.current;
  if (!process) throw new Error('a timer of no process');
  const arm = () => {
    timer.entry = here.after(Math.max(1, ms) + latenessMs(), process, () => {
      if (repeats) arm();
      run();
    });
  };
  arm();
  return timer;
}

function stopTimer(timer: Timer | undefined): void {
  if (timer?.entry) timer.entry.cancelled = true;
}

/** Clock, timers, chance and process ids of the simulation in place of Node's. @returns how to put Node's back */
export function takeOverClock(): () => void {
  const to = globalThis as unknown as Record<string, unknown>;
  to.Date = VirtualDate;
  to.setTimeout = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    startTimer(() => run(...args), ms, false);
  to.setInterval = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    startTimer(() => run(...args), ms, true);
  to.setImmediate = (run: (...args: unknown[]) => void, ...args: unknown[]) => {
    const timer = new Timer();
    const here = world();
    timer.entry = here.after(0, here.current, () => run(...args));
    return timer;
  };
  to.clearImmediate = stopTimer;
  to.clearTimeout = stopTimer;
  to.clearInterval = stopTimer;
  Math.random = () => world().random.next();
  process.kill = (pid: number) => {
    if (!world().isAlive(pid)) throw Object.assign(new Error('kill ESRCH'), { code: 'ESRCH' });
    return true;
  };
  return () => {
    Object.assign(globalThis, {
      Date: real.Date,
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
      setInterval: real.setInterval,
      clearInterval: real.clearInterval,
      setImmediate: real.setImmediate,
      clearImmediate: real.clearImmediate,
    });
    Math.random = real.random;
    process.kill = real.kill;
  };
}

/** In place of `node:timers/promises`. */
export function wait<T>(ms: number, value?: T, { signal }: { signal?: AbortSignal } = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      stopTimer(timer);
      reject(signal?.reason);
    };
    const timer = startTimer(
      () => {
        signal?.removeEventListener('abort', fail);
        resolve(value as T);
      },
      ms,
      false,
    );
    if (signal?.aborted) fail();
    else signal?.addEventListener('abort', fail, { once: true });
  });
}

/** In place of the parts of `node:crypto` that draw lots. */
export function lotsInPlaceOf<T extends object>(crypto: T) {
  const { randomBytes, randomUUID, randomInt } = crypto as unknown as typeof import('node:crypto');
  return {
    ...crypto,
    randomBytes: (size: number) => worldOrNone()?.random.bytes(size) ?? randomBytes(size),
    randomUUID: () => {
      const random = worldOrNone()?.random;
      return random ? uuidOf(random.bytes(16)) : randomUUID();
    },
    randomInt: (limit: number) => worldOrNone()?.random.below(limit) ?? randomInt(limit),
  };
}

function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
