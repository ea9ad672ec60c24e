import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { nextFire } from '@carillon/contract/http/jobs.shapes';
import type { Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import type { TargetHost } from '@carillon/core/host/target';
import { overrideOf } from '@carillon/core/job/host-overrides';
import type { JobSpec } from '@carillon/core/job/job-spec';
import { isTimed } from '@carillon/wintask/schedule/schedule';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { z } from 'zod';
import { previewFires } from '../../shared/task-preview.js';
import type { OtherJobRow } from '../../store/assignment.store.js';

type Preview = Response<typeof jobRoutes.preview>;

/** Starts of another job that are looked at. */
const comparedFires = 100;

/** Hosts that would get the job, and that would lose it. */
export function hostsChanged(had: readonly string[], matching: readonly TargetHost[]) {
  const before = new Set(had.map((name) => name.toLowerCase()));
  const after = new Set(matching.map(({ name }) => name.toLowerCase()));
  return {
    gained: matching.flatMap(({ name }) => (before.has(name.toLowerCase()) ? [] : [name])),
    lost: had.filter((name) => !after.has(name.toLowerCase())),
  };
}

/** Time zones of hosts, those of most hosts first. */
export function zonesOf(hosts: readonly { readonly timezone: string }[]): { zone: string; hosts: number }[] {
  const counts = new Map<string, number>();
  for (const { timezone } of hosts) if (isTimeZone(timezone)) counts.set(timezone, (counts.get(timezone) ?? 0) + 1);
  return [...counts]
    .map(([zone, count]) => ({ zone, hosts: count }))
    .sort((a, b) => b.hosts - a.hosts || a.zone.localeCompare(b.zone))
    .slice(0, limits.previewZones);
}

/** Whom a job runs as on these hosts, overrides included. */
export function accountsOf(spec: JobSpec, hosts: readonly TargetHost[]): NonNullable<Preview['accounts']> {
  const accounts = new Map<string, NonNullable<Preview['accounts']>[number]>();
  for (const { name } of hosts) {
    const own = overrideOf(spec.overrides ?? [], name);
    const account = own?.runAs ?? spec.runAs;
    const rights = own?.rights ?? spec.rights ?? 'ordinary';
    const key = `${rights} ${account}`;
    accounts.set(key, { account, rights, hosts: (accounts.get(key)?.hosts ?? 0) + 1 });
  }
  return [...accounts.values()].sort((a, b) => b.hosts - a.hosts);
}

/** Other jobs that start together with one of these fires, in the order of when that is first so. */
export function overlapsOf(
  fires: readonly z.infer<typeof nextFire>[],
  others: readonly OtherJobRow[],
  { nowMs, hostTimezone }: { nowMs: number; hostTimezone: string },
): NonNullable<Preview['overlaps']> {
  const own = new Set(fires.map(({ at }) => at));
  const found = others.flatMap(({ job, hosts, schedule }) => {
    if (!schedule.some(isTimed)) return [];
    const at = previewFires(schedule, { nowMs, count: comparedFires, hostTimezone }).find((fire) =>
      own.has(fire.at),
    )?.at;
    return at === undefined ? [] : [{ job, hosts, at }];
  });
  return found.sort((a, b) => a.at.localeCompare(b.at)).slice(0, limits.previewOverlaps);
}
