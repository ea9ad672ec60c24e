import { setTimeout as wait } from 'node:timers/promises';
import { unreachable } from '@carillon/core/state/states';
import type { DrillCentre } from './drill-centre.js';
import type { ScenarioPlan } from './drill-plan.js';
import type { EmulatedHost } from './emulated-host.js';

export interface StrikeWorld {
  readonly centre: DrillCentre;
  /** The hosts of the label. */
  readonly struck: readonly EmulatedHost[];
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Puts right what was done; what it started may not be ready yet. */
export type Heal = () => Promise<void>;

/** Does what a scenario is about, at once. @returns what ends it */
export async function strike(plan: ScenarioPlan, world: StrikeWorld): Promise<Heal> {
  const { centre, struck, tell } = world;
  const names = struck.map((host) => host.plan.name).join(', ');
  switch (plan.scenario) {
    case 'agent-stop':
      await Promise.all(struck.map((host) => host.killAgent()));
      tell(`agents killed: ${names}`);
      return async () => {
        for (const host of struck) host.startAgent();
        tell(`agents started again: ${names}`);
      };
    case 'server-loss':
      await centre.killServer('struck');
      tell(`server killed: ${names} have none`);
      return async () => {
        centre.startServer('struck');
        tell('server started again');
        // How long that takes is told, and not waited for: a server that never is leaves the centre behind.
        centre.untilReady('struck').then(
          () => tell('server ready'),
          () => undefined,
        );
      };
    case 'slow-network':
      return slowNetwork(plan, world);
    case 'database-loss':
      await centre.killDatabase();
      tell('database killed, for everybody');
      return async () => {
        await centre.startDatabase();
        tell('database started again');
      };
    case 'redis-loss':
      await centre.killRedis();
      tell('Redis killed, for everybody');
      return async () => {
        await centre.startRedis();
        tell('Redis started again');
      };
    default:
      return unreachable(plan.scenario);
  }
}

async function slowNetwork({ line }: ScenarioPlan, { centre, tell, signal }: StrikeWorld): Promise<Heal> {
  const door = centre.door('struck');
  const pace = { bytesPerSecond: line.bytesPerSecond, delayMs: line.delayMs };
  door.slow(pace);
  tell(`line slowed to ${pace.bytesPerSecond} bytes a second, ${pace.delayMs} ms late`);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const steps = (async () => {
    await wait(line.resetAtMs, undefined, { signal: either });
    tell(`${door.open} connections reset`);
    door.reset();
    await wait(line.deadAtMs - line.resetAtMs, undefined, { signal: either });
    tell('line dead: nothing arrives, neither side is told');
    door.swallow('forever');
    await wait(line.resetAgainAtMs - line.deadAtMs, undefined, { signal: either });
    door.heal();
    door.slow(pace);
    door.reset();
    tell('line carries again, as slowly; connections reset');
  })();
  // Awaited when it is healed; an end before that is no failure.
  const ended = steps.catch(() => undefined);
  return async () => {
    over.abort();
    await ended;
    door.heal();
    // What was swallowed stays so until it is reset.
    tell('line as before');
  };
}
