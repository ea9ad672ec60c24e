import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const everyMs = 30_000;
/** Less is not worth a collection, which takes some twenty milliseconds. */
const worthBytes = 4 * 1024 * 1024;

/**
 * Says at the start what `agentCommand` says on the command line, as far as V8 still listens, for an agent that was started
 * by hand or by a task of before.
 */
export function preferMemory(): void {
  for (const flag of ['--no-opt', '--optimize-for-size'])
    if (!process.execArgv.includes(flag)) setFlagsFromString(flag);
}

/**
 * Gives memory back that V8 keeps for work to come: the agent works in bursts (joining, registering, comparing) and is idle
 * for hours on hosts that have better use for it. Nothing is collected while nothing has grown.
 * @returns a function that ends it
 */
export function trimHeap(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let lowest = 0;
  const timer = setInterval(() => {
    const { heapTotal } = process.memoryUsage();
    if (heapTotal < lowest + worthBytes) return;
    collect();
    lowest = process.memoryUsage().heapTotal;
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
