import type { AlertSeverity } from '../../state/states.js';
import type { RouteNode, RouteSpec, RouteStep, RouteTarget } from '../documents/route.schema.js';
import { type Labels, matchesAll } from '../quiet/matchers.js';

/** What a route leads to, everything decided; frozen with the incident. */
export interface RoutePlan {
  /** Names of the places it went through, `default` where nobody wrote one. */
  readonly route: string;
  readonly steps: readonly RouteStep[];
  readonly repeat: { readonly everyMs: number; readonly times: number } | null;
  readonly groupBy: readonly string[] | null;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly reopenWithinMs: number;
  readonly remindAfterMs: number | null;
  readonly expireAfterMs: number | null;
}

export const routeDefaults = {
  groupWaitMs: 30_000,
  /** Somebody is to be woken: nothing is waited for. */
  groupWaitOfHighMs: 0,
  groupIntervalMs: 5 * 60_000,
  repeat: { everyMs: 4 * 3_600_000, times: 5 },
  reopenWithinMs: 3_600_000,
  remindAfterMs: 4 * 3_600_000,
  expireAfterMs: 8 * 3_600_000,
} as const;

const channel = (name: string): RouteTarget => ({ channel: name, recipient: null });
/** Where incidents go when nobody wrote a route. */
export const defaultTargets: Readonly<Record<AlertSeverity, readonly RouteTarget[]>> = {
  low: [channel('email')],
  medium: [channel('email'), channel('sms')],
  high: [channel('email'), channel('phone')],
};

interface Found {
  readonly names: readonly string[];
  /** From the root down. */
  readonly path: readonly RouteNode[];
}

/**
 * The way an incident takes: routes in their order, in each the first branch that fits, deepest first; one that says
 * `continue` is taken and those after it are asked too. What a place does not say is as in the place above it.
 * Without any route that fits: by severity to the shipped channels.
 */
export function chooseRoute(routes: readonly RouteSpec[], severity: AlertSeverity, labels: Labels): RoutePlan {
  const ordered = [...routes].sort((a, b) => a.order - b.order || compare(a.name, b.name));
  const found = search(
    ordered.map((route) => [route, route.name]),
    severity,
    { ...labels, severity },
    { names: [], path: [] },
  );
  if (found.length === 0) return planOf('default', [{ to: defaultTargets }], severity);
  const plans = found.map(({ names, path }) => planOf(names.join(' / '), path, severity));
  return plans.reduce(joined);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function search(
  nodes: readonly (readonly [RouteNode, string])[],
  severity: AlertSeverity,
  labels: Labels,
  above: Found,
): Found[] {
  const found: Found[] = [];
  for (const [node, name] of nodes) {
    if (!matchesAll(node.match, labels)) continue;
    if (node.severities.length > 0 && !node.severities.includes(severity)) continue;
    const here = { names: [...above.names, name], path: [...above.path, node] };
    const deeper = search(
      node.routes.map((branch, index) => [branch, `route ${index + 1}`]),
      severity,
      labels,
      here,
    );
    found.push(...(deeper.length > 0 ? deeper : [here]));
    if (!node.continue) break;
  }
  return found;
}

function planOf(route: string, path: readonly Partial<RouteNode>[], severity: AlertSeverity): RoutePlan {
  const said = <K extends keyof RouteNode>(key: K): RouteNode[K] | undefined =>
    path.findLast((node) => node[key] !== undefined)?.[key];
  const first = said('to')?.[severity] ?? [];
  const remind = said('remindAfterMs');
  const expire = said('expireAfterMs');
  const repeat = said('repeat');
  return {
    route,
    steps: [...(first.length > 0 ? [{ waitMs: 0, targets: first }] : []), ...(said('escalate') ?? [])],
    repeat: repeat === undefined ? routeDefaults.repeat : repeat,
    groupBy: said('groupBy') ?? null,
    groupWaitMs:
      said('groupWaitMs') ?? (severity === 'high' ? routeDefaults.groupWaitOfHighMs : routeDefaults.groupWaitMs),
    groupIntervalMs: said('groupIntervalMs') ?? routeDefaults.groupIntervalMs,
    reopenWithinMs: said('reopenWithinMs') ?? routeDefaults.reopenWithinMs,
    remindAfterMs: remind === undefined ? routeDefaults.remindAfterMs : remind,
    expireAfterMs: expire === undefined ? routeDefaults.expireAfterMs : expire,
  };
}

/** Steps of several ways, each at its own time; the rest is as the first says. */
function joined(one: RoutePlan, other: RoutePlan): RoutePlan {
  const timed = [...withTimes(one.steps), ...withTimes(other.steps)].sort((a, b) => a.atMs - b.atMs);
  const steps: RouteStep[] = [];
  let last = Number.NaN;
  for (const { atMs, targets } of timed) {
    const before = steps.at(-1);
    if (before && atMs === last)
      steps[steps.length - 1] = { ...before, targets: distinct([...before.targets, ...targets]) };
    else steps.push({ waitMs: atMs - (Number.isNaN(last) ? 0 : last), targets });
    last = atMs;
  }
  return { ...one, route: `${one.route}, ${other.route}`, steps };
}

function withTimes(steps: readonly RouteStep[]): { atMs: number; targets: readonly RouteTarget[] }[] {
  let atMs = 0;
  return steps.map(({ waitMs, targets }) => {
    atMs += waitMs;
    return { atMs, targets };
  });
}

function distinct(targets: readonly RouteTarget[]): RouteTarget[] {
  return [...new Map(targets.map((target) => [JSON.stringify(target), target])).values()];
}
