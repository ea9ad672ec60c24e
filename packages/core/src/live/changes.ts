/** What open pages show; a change of one makes what they have of it old. */
export const liveTopics = ['runs', 'hosts', 'jobs', 'incidents'] as const;
export type LiveTopic = (typeof liveTopics)[number];

/** Something of a topic changed, on some hosts. null: on too many to name, or it is about no host. */
export interface LiveChange {
  readonly topic: LiveTopic;
  readonly hostIds: readonly string[] | null;
}

/** More hosts than this are told as "many": a page would ask anew for any of them anyway. */
export const mostHostsOfChange = 100;

/** Puts two lists of changes together: each topic once, no host twice. */
export function mergeChanges(earlier: readonly LiveChange[], later: readonly LiveChange[]): LiveChange[] {
  const merged = new Map<LiveTopic, readonly string[] | null>();
  for (const { topic, hostIds } of [...earlier, ...later]) {
    const before = merged.get(topic);
    merged.set(topic, before === undefined ? bounded(hostIds) : together(before, hostIds));
  }
  return [...merged].map(([topic, hostIds]) => ({ topic, hostIds }));
}

function together(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  return a === null || b === null ? null : bounded([...a, ...b]);
}

function bounded(hostIds: readonly string[] | null): readonly string[] | null {
  if (hostIds === null) return null;
  const distinct = new Set(hostIds);
  return distinct.size > mostHostsOfChange ? null : [...distinct];
}
