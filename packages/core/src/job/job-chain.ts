/** A job that starts after another, by the names that people gave. */
export interface ChainLink {
  readonly from: string;
  readonly to: string;
  /** How `from` must end. */
  readonly outcome: string;
}

/** A job's place in a picture of its chain. */
export interface ChainNode {
  readonly name: string;
  /** Column: 0 for what starts by itself, else one more than the farthest of what it starts after. */
  readonly level: number;
  /** Among those of its column, from 0. */
  readonly row: number;
}

export interface JobChain {
  readonly nodes: readonly ChainNode[];
  readonly links: readonly ChainLink[];
  /** Jobs that belong to it and are not shown. */
  readonly more: number;
}

/** Pictures of more jobs than that tell nobody anything. */
export const mostChainJobs = 60;

/**
 * All jobs that start after one another with this one among them, laid out from left to right.
 * @param links of all jobs; names are compared without case, as Task Scheduler does. A job that is named and not there has
 * a place too
 */
export function jobChain(name: string, links: readonly ChainLink[]): JobChain {
  const names = new Map<string, string>([[keyOf(name), name]]);
  for (const { from, to } of links)
    for (const each of [to, from]) names.set(keyOf(each), names.get(keyOf(each)) ?? each);
  const known = links.map(({ from, to, outcome }) => ({ from: keyOf(from), to: keyOf(to), outcome }));
  const members = connected(keyOf(name), known);
  const shown = new Set(members.slice(0, mostChainJobs));
  const inside = known.filter(({ from, to }) => shown.has(from) && shown.has(to));
  const levels = levelsOf(shown, inside);
  const nameOf = (key: string) => names.get(key) ?? key;
  const rows = new Map<number, number>();
  const nodes = [...shown]
    .sort((a, b) => (levels.get(a) ?? 0) - (levels.get(b) ?? 0) || (a < b ? -1 : 1))
    .map((key) => {
      const level = levels.get(key) ?? 0;
      const row = rows.get(level) ?? 0;
      rows.set(level, row + 1);
      return { name: nameOf(key), level, row };
    });
  const shownLinks = inside.map(({ from, to, outcome }) => ({ from: nameOf(from), to: nameOf(to), outcome }));
  return { nodes, links: shownLinks, more: members.length - shown.size };
}

/** What hangs together with a job in either direction, the nearest first. */
function connected(start: string, links: readonly ChainLink[]): string[] {
  const beside = new Map<string, string[]>();
  const note = (from: string, to: string) => beside.set(from, [...(beside.get(from) ?? []), to]);
  for (const { from, to } of links) {
    note(from, to);
    note(to, from);
  }
  const found = new Set([start]);
  for (const key of found) for (const next of beside.get(key) ?? []) found.add(next);
  return [...found];
}

/** The longest way to each. What would start itself again is refused when it is applied; a circle in old data ends all the same. */
function levelsOf(keys: ReadonlySet<string>, links: readonly ChainLink[]): Map<string, number> {
  const levels = new Map([...keys].map((key) => [key, 0]));
  for (let round = 0; round < keys.size; round += 1) {
    let isSettled = true;
    for (const { from, to } of links) {
      const level = (levels.get(from) ?? 0) + 1;
      if (level <= (levels.get(to) ?? 0) || level >= keys.size) continue;
      levels.set(to, level);
      isSettled = false;
    }
    if (isSettled) break;
  }
  return levels;
}

function keyOf(name: string): string {
  return name.toLowerCase();
}
