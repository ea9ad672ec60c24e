import { defaultPresence } from '@carillon/core/host/presence';

/** Core's `presenceOf` in SQL, over `agent_session s`, so that lists can be filtered by it; a test compares the two. */
export const presenceSql = `CASE
  WHEN s.last_seen_at IS NULL THEN 'never-seen'
  WHEN s.gateway_id IS NOT NULL AND s.last_seen_at > now() - interval '${defaultPresence.laggingAfterMs} milliseconds' THEN 'online'
  WHEN s.last_seen_at > now() - interval '${defaultPresence.offlineAfterMs} milliseconds' THEN 'lagging'
  ELSE 'offline' END`;

/** Counts of `assignment a` as the API shows them; what is being taken away does not count. */
export const assignmentCountsSql = `json_build_object(
  'total', count(*) FILTER (WHERE a.state <> 'removing'),
  'applied', count(*) FILTER (WHERE a.state = 'applied'),
  'pending', count(*) FILTER (WHERE a.state IN ('desired', 'delivered')),
  'failed', count(*) FILTER (WHERE a.state IN ('drifted', 'failed', 'rejected')))`;

/** Text for ILIKE that finds `search` anywhere, its own signs taken literally. */
export function containing(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`;
}
