import { randomFrom } from '@carillon/core/random/random-from';
import type { Load } from '../../watch/host-load.js';
import { seedOf } from '../seed-of.js';

export interface UsualLoad {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

const dayMs = 86_400_000;

/** How busy a host of the demo is at an instant: usual, with the hour of the day and chance. Percent. */
export function demoLoadAt(seed: number, host: string, usual: UsualLoad, atMs: number): Load {
  const random = randomFrom(seedOf(seed, host, Math.floor(atMs / 60_000)));
  const busy = 0.75 + 0.5 * Math.sin((2 * Math.PI * (atMs % dayMs)) / dayMs - Math.PI / 2);
  const within = (value: number) => Math.max(1, Math.min(99, Math.round(value)));
  return {
    cpuPercent: within(usual.cpu * busy + random() * 12),
    memoryPercent: within(usual.memory + random() * 6 - 3),
    disks: [
      { name: 'C:', percent: within(usual.disk * 0.7 + random() * 2) },
      { name: 'D:', percent: within(usual.disk + random()) },
    ],
  };
}
