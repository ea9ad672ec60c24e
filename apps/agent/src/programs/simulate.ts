import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { silentLog } from '../lib/log.js';
import { runSimulatedHost } from '../simulate/simulated-host.js';

export interface SimulateOptions {
  readonly server: string;
  readonly token: string;
  readonly hosts: number;
  /** End after so long; undefined: until interrupted. */
  readonly seconds?: number | undefined;
  readonly json: boolean;
}

/** Joining at once would only meet the server's limit of unauthenticated sockets per address. */
const joiningAtOnce = 10;

/**
 * Many simulated hosts in one process. Progress goes to standard error; with `json` one line of figures to standard
 * output at the end.
 * @returns how many hosts came online
 */
export async function simulate(options: SimulateOptions, signal: AbortSignal): Promise<number> {
  const { hosts, server, token, seconds, json } = options;
  const startedMs = Date.now();
  const batch = Math.random().toString(36).slice(2, 6);
  const digits = String(hosts).length;
  const stop = new AbortController();
  const ending = AbortSignal.any([
    signal,
    stop.signal,
    ...(seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1_000)]),
  ]);
  // Every host listens to the one signal; that is no leak.
  setMaxListeners(0, ending);
  let online = 0;
  let failure: unknown;
  const lives: Promise<void>[] = [];
  let joining = 0;
  const reconnect = { firstWindowMs: 500, maxWindowMs: 20_000, healthyAfterMs: 20_000 };

  for (let number = 1; number <= hosts && !ending.aborted; number += 1) {
    while (joining >= joiningAtOnce && !ending.aborted) await wait(5);
    joining += 1;
    let counted = false;
    const onOnline = () => {
      if (counted) return;
      counted = true;
      joining -= 1;
      online += 1;
      if (online % 50 === 0 || online === hosts)
        process.stderr.write(
          `simulate: ${online} of ${hosts} hosts online after ${((Date.now() - startedMs) / 1_000).toFixed(1)} s\n`,
        );
    };
    const name = `sim-${batch}-${String(number).padStart(digits, '0')}`;
    const life = runSimulatedHost({ server, token, name, log: silentLog, reconnect, onOnline }, ending).catch(
      (error: unknown) => {
        failure ??= error;
        stop.abort();
      },
    );
    lives.push(life);
  }
  await Promise.all(lives);
  if (failure) throw failure;
  if (json) process.stdout.write(`${JSON.stringify({ hosts, online, seconds: (Date.now() - startedMs) / 1_000 })}\n`);
  return online;
}
