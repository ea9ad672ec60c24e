import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import { describeDuration } from '@carillon/core/job/describe-schedule';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';

type Answer = Response<typeof jobRoutes.apply>;
export type PlanResult = Answer['results'][number] & { plan: NonNullable<Answer['results'][number]['plan']> };
export type Zone = PlanResult['plan']['zones'][number];
export type PlannedHosts = PlanResult['plan']['gained'];

/** What a server that can plan answers to a dry run. */
export interface Plan {
  readonly hash: string;
  readonly moved: NonNullable<Answer['plan']>['moved'];
  /** What others have to approve; absent: nothing. */
  readonly approval?: NonNullable<Answer['plan']>['approval'];
  readonly results: readonly PlanResult[];
  /** Jobs that get a version, as a calendar which they name has other days. */
  readonly followed?: readonly PlanResult[];
  /** Jobs that are deleted, as the files of their set have them no more. */
  readonly pruned?: NonNullable<Answer['pruned']>;
  readonly frozen?: NonNullable<Answer['plan']>['frozen'];
}

/** Documents that change, in words: `1 to create, 2 to update, 5 unchanged`. */
export function summaryOf({ results, moved, followed = [], pruned = [] }: Plan): string {
  const count = (change: PlanResult['change']) => results.filter((result) => result.change === change).length;
  const others = moved.length > 0 ? `, ${countOf(moved.length, 'other job')} moved by groups` : '';
  const after = followed.length > 0 ? `, ${countOf(followed.length, 'other job')} by calendars` : '';
  const gone = pruned.length > 0 ? `, ${pruned.length} to delete` : '';
  return `${count('created')} to create, ${count('updated')} to update, ${count('unchanged')} unchanged${others}${after}${gone}`;
}

/** Who has to approve it, in words; empty: nobody. */
export function approvalText({ approval }: Plan, name: (text: string) => string): string {
  if (!approval) return '';
  const { required, groups } = approval;
  return `it waits for ${countOf(required, 'approval')} by others: hosts of the protected ${groups.length === 1 ? 'group' : 'groups'} ${groups.map(name).join(', ')}`;
}

/** Whether applying it would change anything. */
export function hasChanges({ results, moved, pruned = [] }: Plan): boolean {
  return moved.length > 0 || pruned.length > 0 || results.some(({ change }) => change !== 'unchanged');
}

/** A field before (`-`) and after (`+`), a line each; the side that lacks it has none. */
export function fieldLines({ path, before, after }: PlanResult['plan']['fields'][number]): string[] {
  const line = (mark: string, value: unknown) =>
    value === undefined ? [] : [safeText(`${mark} ${path}: ${valueText(value)}`)];
  return [...line('-', before), ...line('+', after)];
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `2 hosts (DB-01, DB-02)`; names as `name` shows them. */
export function hostsText({ count, hosts }: PlannedHosts, name: (text: string) => string): string {
  const more = count > hosts.length ? `, and ${count - hosts.length} more` : '';
  return count === 0 ? 'none' : `${countOf(count, 'host')} (${hosts.map(name).join(', ')}${more})`;
}

/** Freezes that hold the plan back now, a line each. */
export function frozenLines({ frozen = [] }: Plan, name: (text: string) => string): string[] {
  return frozen.map(({ freeze, reason, until, count, jobs }) => {
    const more = count > jobs.length ? `, and ${count - jobs.length} more` : '';
    const which = `${countOf(count, 'job')} (${jobs.map(name).join(', ')}${more})`;
    return `frozen until ${until} by ${name(freeze)} (${name(reason)}): ${which}; see --override-freeze`;
  });
}

/** How a changed job reaches its hosts: a line for each ring, none where it has none; names as `name` shows them. */
export function rolloutLines({ rollout }: Pick<PlanResult, 'rollout'>, name: (text: string) => string): string[] {
  if (!rollout) return [];
  const { rings, soakMs, supersedes } = rollout;
  const over = supersedes === null ? [] : [`takes the place of version ${supersedes}, which was on its way`];
  if (rings.length === 0) return [...over, 'reaches all its hosts at once'];
  const lines = rings.map(({ ring, ...hosts }, index) => {
    return `ring ${index + 1} of ${rings.length}, ${name(ring)}: ${hostsText(hosts, name)}`;
  });
  return [...over, ...lines, `soaks ${describeDuration(soakMs)} in each ring but the last`];
}

/** `system on 3 hosts, s4u:.\etl (highest) on 1 host`. */
export function accountsText(uses: PlanResult['plan']['accounts']['after'], name: (text: string) => string): string {
  const words = uses.map(
    ({ account, rights, hosts }) =>
      `${name(account)}${rights === 'highest' ? ' (highest)' : ''} on ${countOf(hosts, 'host')}`,
  );
  return words.join(', ') || 'nobody';
}

/** Whether somebody else runs it, or with other rights; how many hosts is told elsewhere. */
export function accountsChange({ before, after }: PlanResult['plan']['accounts']): boolean {
  const whom = (uses: typeof before) => uses.map(({ account, rights }) => `${rights} ${account}`).sort();
  return whom(before).join('\n') !== whom(after).join('\n');
}

const marks = {
  'after-gap': 'clocks go forward: later by the gap',
  'repeated-hour': 'clocks go back: the hour comes twice',
};

/** `2026-03-29 02:30 (clocks go forward: later by the gap)`; the zone where it is not that of the hosts. */
export function fireText({ local, timezone, mark }: Zone['nextFires'][number], hostTimezone: string): string {
  const zone = timezone === hostTimezone ? '' : ` ${safeText(timezone)}`;
  return `${local.slice(0, 16).replace('T', ' ')}${zone}${mark === null ? '' : ` (${marks[mark]})`}`;
}
