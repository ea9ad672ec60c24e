/** What a drill can do to a product. */
export const drillScenarios = ['agent-stop', 'server-loss', 'slow-network', 'database-loss', 'redis-loss'] as const;
export type DrillScenario = (typeof drillScenarios)[number];

/** The hosts with the chosen label, and the others, which must not notice. */
export const drillGroups = ['struck', 'control'] as const;
export type DrillGroup = (typeof drillGroups)[number];

export interface DrillLabel {
  readonly key: string;
  readonly value: string;
}

export interface DrillHost {
  readonly name: string;
  readonly group: DrillGroup;
  readonly labels: Readonly<Record<string, string>>;
}

/** Something due on every host, at moments from the scenario's beginning, in whole seconds. */
export interface DrillJob {
  readonly name: string;
  readonly dueSeconds: readonly number[];
}

/** How the line is while the network is slow. Milliseconds from the beginning of the fault. */
export interface SlowLine {
  readonly bytesPerSecond: number;
  readonly delayMs: number;
  /** Every connection is reset. */
  readonly resetAtMs: number;
  /** From here nothing arrives any more and neither side is told, until `resetAgainAtMs`. */
  readonly deadAtMs: number;
  readonly resetAgainAtMs: number;
}

/** One scenario, in milliseconds from its beginning, which is the moment of its first occurrence. */
export interface ScenarioPlan {
  readonly scenario: DrillScenario;
  readonly jobs: readonly DrillJob[];
  readonly strikeMs: number;
  /** When "run now" is asked for, one host of each group. */
  readonly orderMs: number;
  readonly healMs: number;
  /** When nothing more becomes due. */
  readonly overMs: number;
  readonly line: SlowLine;
}

/** A job may have so many entries in its schedule. */
const mostOccurrences = 20;
/** Closer together, a loaded machine starts one when the next is due; further apart, none is due during a short fault. */
const periodSeconds = { least: 5, usual: 8 };
const calmMs = 2_000;
const tailMs = 3_000;

/** The hosts of a drill: half of them, at least one, have the label; the others have another value of its key. */
export function planHosts({ key, value }: DrillLabel, count: number): DrillHost[] {
  const struck = Math.max(1, Math.floor(count / 2));
  const elsewhere = value === 'other' ? 'control' : 'other';
  return Array.from({ length: count }, (_, index): DrillHost => {
    const group = index < struck ? 'struck' : 'control';
    const site = group === 'struck' ? value : elsewhere;
    const number = group === 'struck' ? index + 1 : index - struck + 1;
    return { name: `${hostWord(site)}-${number}`, group, labels: { [key]: site } };
  });
}

/** A label's value as part of a host's name. */
function hostWord(value: string): string {
  const word = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 30);
  return word || 'host';
}

/**
 * When what happens in one scenario.
 * @param random numbers in [0, 1), from the drill's seed
 */
export function planScenario(
  scenario: DrillScenario,
  { jobs, faultSeconds }: { readonly jobs: number; readonly faultSeconds: number },
  random: () => number,
): ScenarioPlan {
  const faultMs = faultSeconds * 1_000;
  const strikeMs = calmMs + Math.round(random() * 1_000);
  const healMs = strikeMs + faultMs;
  const overMs = healMs + tailMs;
  const windowSeconds = Math.floor(overMs / 1_000);
  const period = Math.max(
    periodSeconds.least,
    Math.min(periodSeconds.usual, faultSeconds),
    Math.ceil((windowSeconds + 1) / mostOccurrences),
  );
  return {
    scenario,
    jobs: Array.from({ length: jobs }, (_, index): DrillJob => {
      const firstSecond = Math.floor((index * period) / jobs);
      const dueSeconds = Array.from({ length: mostOccurrences }, (_due, turn) => firstSecond + turn * period);
      return { name: `${scenario}-${index + 1}`, dueSeconds: dueSeconds.filter((second) => second <= windowSeconds) };
    }),
    strikeMs,
    orderMs: strikeMs + Math.round(faultMs * (0.3 + random() * 0.2)),
    healMs,
    overMs,
    line: {
      bytesPerSecond: Math.round(3_000 + random() * 5_000),
      delayMs: Math.round(200 + random() * 300),
      resetAtMs: Math.round(faultMs * (0.2 + random() * 0.1)),
      deadAtMs: Math.round(faultMs * (0.55 + random() * 0.1)),
      resetAgainAtMs: Math.round(faultMs * 0.9),
    },
  };
}

/** One occurrence that a host must start, by its own clock. */
export interface DueRun {
  readonly host: string;
  readonly job: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Everything that is due in a scenario which begins at `startMs`, by time. */
export function dueRuns(plan: Pick<ScenarioPlan, 'jobs'>, hosts: readonly DrillHost[], startMs: number): DueRun[] {
  const due = plan.jobs.flatMap(({ name: job, dueSeconds }) =>
    dueSeconds.flatMap((second) => {
      const at = new Date(startMs + second * 1_000).toISOString();
      return hosts.map(({ name: host }): DueRun => ({ host, job, at }));
    }),
  );
  return due.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
