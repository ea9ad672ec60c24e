import { limits } from '../limits.js';
import type { jobRoutes } from './jobs.routes.js';
import type { Response } from './route.js';

type Page = Response<typeof jobRoutes.assignments>;
type Assignment = Page['items'][number];

/** A host that is about to get a version of a job. */
export type HostBehind = Pick<Assignment, 'host' | 'version'>;

const behindStates = ['desired', 'delivered'] as const;
const lookMs = 500;

/** So long a start waits for hosts that are about to get what they should start, milliseconds. */
export const waitForHostsMs = 60_000;

export interface WaitForHosts {
  /** A page of the job's assignments in a state. */
  readonly ask: (query: { readonly state: (typeof behindStates)[number]; readonly limit: number }) => Promise<Page>;
  /** Names of the hosts that count; without: all that have the job. */
  readonly hosts?: readonly string[] | undefined;
  readonly now: () => number;
  /** Resolves after so many milliseconds, or as soon as nobody wants to wait any more. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Nobody wants to wait any more. */
  readonly isOver?: () => boolean;
  readonly limitMs?: number;
  /** Told whom it waits for, at each look. */
  readonly onBehind: (behind: readonly HostBehind[]) => void;
}

/**
 * Waits until the connected hosts of a job have the version that they should have, so that a start right after a change
 * starts what was changed. Hosts that are away, or could not register it, are not waited for.
 * @returns those that have not got it when the time was over; none: go on
 */
export async function untilHostsHave({ limitMs = waitForHostsMs, ...wait }: WaitForHosts): Promise<HostBehind[]> {
  const endMs = wait.now() + limitMs;
  for (;;) {
    const behind = await hostsBehind(wait);
    wait.onBehind(behind);
    if (behind.length === 0 || wait.now() >= endMs || wait.isOver?.()) return behind;
    await wait.sleep(lookMs);
  }
}

async function hostsBehind({ ask, hosts }: Pick<WaitForHosts, 'ask' | 'hosts'>): Promise<HostBehind[]> {
  const wanted = hosts && new Set(hosts.map((host) => host.toLowerCase()));
  const pages = await Promise.all(behindStates.map((state) => ask({ state, limit: limits.pageItems.max })));
  return pages
    .flatMap(({ items }, at) => items.filter(({ state }) => state === behindStates[at]))
    .filter(({ host, presence }) => presence === 'online' && (wanted?.has(host.toLowerCase()) ?? true))
    .map(({ host, version }) => ({ host, version }));
}
