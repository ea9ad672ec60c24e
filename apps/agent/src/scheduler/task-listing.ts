import type { Body } from '@carillon/contract/agent/catalog';
import { summarize } from '@carillon/core/adopt/similar-tasks';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { LastStart } from '@carillon/core/starts/last-result';
import type { AdoptionProblemText } from '@carillon/core/text/adoption-texts';
import { listedTimes } from '@carillon/wintask/schtasks/listed-times';
import type { TaskRow } from '@carillon/wintask/schtasks/query-output';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { hostInstant } from '@carillon/wintask/trigger/occurrences';

export type ListedTask = Body<'inventory'>['tasks'][number];

/** What a host's Task Scheduler says of its tasks: the rows of its listing, and definitions by path. */
export interface RawListing {
  readonly rows: readonly TaskRow[];
  /** Text, or why it cannot be had. */
  definition(path: string): string | { readonly problem: string };
}

/** Characters of a definition that travel; a longer one is told without it. */
const definitionCharacters = 64 * 1024;
export const inventoryTasks = 2_000;

/** All tasks that are not Windows' own, by path. Times are read only where the listing says how it writes them. */
export function listTasks(
  { rows, definition }: RawListing,
  hostTimezone: string,
): { tasks: ListedTask[]; omitted: number } {
  const readTime = listedTimes(rows.flatMap((row) => [row.nextRun, row.lastRun ?? '']));
  const instant = (text: string | undefined) => {
    const wallMs = readTime(text);
    return wallMs === undefined ? null : new Date(hostInstant(hostTimezone, wallMs)).toISOString();
  };
  const byPath = new Map(
    rows.filter(({ path }) => !/^\\microsoft\\/i.test(path)).map((row) => [row.path.toLowerCase(), row]),
  );
  const found = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const tasks = found.slice(0, inventoryTasks).map((row): ListedTask => {
    const said = definition(row.path);
    const xml = typeof said === 'string' ? said : null;
    const read = xml === null ? undefined : readTaskXml(xml);
    const about = read?.ok ? summarize(read.task) : undefined;
    const tooLong = xml !== null && xml.length > definitionCharacters;
    return {
      path: row.path.slice(0, 260),
      definitionHash: sha256Hex(xml ?? ''),
      definition: tooLong ? null : xml,
      problem: problemOf(said, read, tooLong),
      enabled: about?.enabled ?? null,
      runAs: (about?.runAs ?? row.runAs ?? '').slice(0, 255),
      lastResult: row.lastResult === undefined ? null : row.lastResult >>> 0,
      lastRunAt: instant(row.lastRun),
      nextRunAt: instant(row.nextRun),
    };
  });
  return { tasks, omitted: found.length - tasks.length };
}

/** What the listing says of last starts; a task with several triggers has several rows that say the same. */
export function lastStartsOf({ rows }: Pick<RawListing, 'rows'>, hostTimezone: string): LastStart[] {
  const readTime = listedTimes(rows.flatMap((row) => [row.nextRun, row.lastRun ?? '']));
  return [...new Map(rows.map((row) => [row.path.toLowerCase(), row])).values()].map((row) => {
    const wallMs = readTime(row.lastRun);
    return {
      path: row.path,
      lastRunMs: wallMs === undefined ? null : hostInstant(hostTimezone, wallMs),
      lastResult: row.lastResult === undefined ? null : row.lastResult >>> 0,
    };
  });
}

function problemOf(
  said: ReturnType<RawListing['definition']>,
  read: ReturnType<typeof readTaskXml> | undefined,
  tooLong: boolean,
) {
  if (typeof said !== 'string') return said.problem.slice(0, 500);
  if (tooLong) return `its definition is longer than ${definitionCharacters} characters` satisfies AdoptionProblemText;
  return read && !read.ok ? read.problem.message.slice(0, 500) : null;
}
