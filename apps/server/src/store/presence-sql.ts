import { heldBackCode } from '@carillon/core/desired/hold-back';
import { defaultPresence } from '@carillon/core/host/presence';
import type { Unsettled } from '@carillon/core/state/states';

/** Core's `presenceOf` in SQL, over `agent_session s`, so that lists can be filtered by it; a test compares the two. */
export const presenceSql = `CASE
  WHEN s.last_seen_at IS NULL THEN 'never-seen'
  WHEN s.gateway_id IS NOT NULL AND s.last_seen_at > now() - interval '${defaultPresence.laggingAfterMs} milliseconds' THEN 'online'
  WHEN s.last_seen_at > now() - interval '${defaultPresence.offlineAfterMs} milliseconds' THEN 'lagging'
  ELSE 'offline' END`;

/** `assignment a` as people see it: what is held back is rejected, whatever older version is on the host. */
export const assignmentStateSql = `CASE WHEN a.held_version IS NULL THEN a.state ELSE 'rejected'::assignment_state END`;
export const assignmentVersionSql = 'coalesce(a.held_version, a.version)';
export const assignmentCodeSql = `CASE WHEN a.held_version IS NULL THEN a.code ELSE '${heldBackCode}' END`;
export const assignmentMessageSql = 'coalesce(a.held_reason, a.message)';

/** Whether `assignment a` is among what the counts below call so. */
export const unsettledSql: Readonly<Record<Unsettled, string>> = {
  pending: `${assignmentStateSql} IN ('desired', 'delivered')`,
  failed: `(a.state <> 'removing' AND ${assignmentStateSql} IN ('drifted', 'failed', 'rejected'))`,
};

/** Counts of `assignment a` as the API shows them; what is being taken away does not count. */
export const assignmentCountsSql = `json_build_object(
  'total', count(*) FILTER (WHERE a.state <> 'removing'),
  'applied', count(*) FILTER (WHERE ${assignmentStateSql} = 'applied'),
  'pending', count(*) FILTER (WHERE ${unsettledSql.pending}),
  'failed', count(*) FILTER (WHERE ${unsettledSql.failed}))`;

/** Text for ILIKE that finds `search` anywhere, its own signs taken literally. */
export function containing(search: string): string {
  return `%${search.replace(/[\\%_]/g, '\\$&')}%`;
}
