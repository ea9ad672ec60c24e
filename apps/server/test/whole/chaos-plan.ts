import { randomFrom } from '@carillon/core/random/random-from';

/** What can go wrong. Those of a host name it by its place, those of a server likewise. */
export type Fault =
  | { readonly kind: 'kill-server' | 'restart-server'; readonly server: number; readonly downMs: number }
  | { readonly kind: 'kill-postgres' | 'kill-redis'; readonly downMs: number }
  /** The database first, with every agent connected, and the servers while they hold what they could not store. */
  | { readonly kind: 'kill-centre'; readonly awayMs: number }
  | { readonly kind: 'forget-redis' }
  | { readonly kind: 'kill-agent'; readonly host: number; readonly downMs: number }
  | { readonly kind: 'kill-runner' | 'cut' | 'reset'; readonly host: number }
  | { readonly kind: 'half-open' | 'refuse'; readonly host: number; readonly lastsMs: number }
  | { readonly kind: 'slow'; readonly host: number; readonly lastsMs: number; readonly bytesPerSecond: number }
  | { readonly kind: 'clock'; readonly host: number; readonly aheadMs: number };

export type FaultKind = Fault['kind'];

/** One fault, and how long the fleet works on afterwards before the next. */
export interface Step {
  readonly fault: Fault;
  readonly thenMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly servers: number;
  /** Without a Redis its faults are left out, and all others stay the same. */
  readonly redis: boolean;
  /** How often every kind of fault comes. */
  readonly turns: number;
}

const kinds: readonly FaultKind[] = [
  'kill-server',
  'restart-server',
  'kill-postgres',
  'kill-centre',
  'kill-redis',
  'forget-redis',
  'kill-agent',
  'kill-runner',
  'cut',
  'reset',
  'half-open',
  'refuse',
  'slow',
  'clock',
];
const minute = 60_000;
const jumpsMs = [-26 * 60 * minute, -90 * minute, -5_000, 3_000, 10 * minute, 25 * 60 * minute];

/** The same seed gives the same faults in the same order, each kind equally often. */
export function planFaults({ seed, hosts, servers, redis, turns }: PlanOptions): Step[] {
  const random = randomFrom(seed);
  const between = (from: number, to: number) => Math.round(from + random() * (to - from));
  const place = (count: number) => Math.min(count - 1, Math.floor(random() * count));
  const make = (kind: FaultKind): Fault => {
    switch (kind) {
      case 'kill-server':
      case 'restart-server':
        return { kind, server: place(servers), downMs: between(0, 1_500) };
      case 'kill-postgres':
      case 'kill-redis':
        return { kind, downMs: between(200, 1_500) };
      case 'kill-centre':
        return { kind, awayMs: between(2_000, 3_000) };
      case 'forget-redis':
        return { kind };
      case 'kill-agent':
        return { kind, host: place(hosts), downMs: between(0, 1_000) };
      case 'kill-runner':
      case 'cut':
      case 'reset':
        return { kind, host: place(hosts) };
      case 'half-open':
      case 'refuse':
        return { kind, host: place(hosts), lastsMs: between(500, 2_500) };
      case 'slow':
        return { kind, host: place(hosts), lastsMs: between(1_000, 2_500), bytesPerSecond: between(500, 5_000) };
      case 'clock':
        return { kind, host: place(hosts), aheadMs: jumpsMs[place(jumpsMs.length)] ?? 0 };
    }
  };
  const steps = Array.from({ length: turns }, () => shuffled(kinds, random)).flatMap((turn) =>
    turn.map((kind): Step => ({ fault: make(kind), thenMs: between(100, 900) })),
  );
  return steps.filter(({ fault }) => redis || !fault.kind.endsWith('-redis'));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
