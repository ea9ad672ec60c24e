import { limits } from '@carillon/contract/limits';
import { isTimeZone } from '@carillon/wintask/time/zone';

/** Time zones of hosts, those of most hosts first; at most `limits.previewZones`. */
export function zonesOf(hosts: readonly { readonly timezone: string }[]): { zone: string; hosts: number }[] {
  const counts = new Map<string, number>();
  for (const { timezone } of hosts) if (isTimeZone(timezone)) counts.set(timezone, (counts.get(timezone) ?? 0) + 1);
  return [...counts]
    .map(([zone, count]) => ({ zone, hosts: count }))
    .sort((a, b) => b.hosts - a.hosts || a.zone.localeCompare(b.zone))
    .slice(0, limits.previewZones);
}
