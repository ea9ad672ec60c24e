import type { LiveMessage } from '@carillon/contract/live/live-messages';
import type { LiveTopic } from '@carillon/core/live/changes';
import type { Query } from '@tanstack/react-query';

/** By the beginning of a route's path, the longest first: what makes an answer of it old. */
const topicsOfPath: readonly (readonly [prefix: string, topics: readonly LiveTopic[]])[] = [
  ['/hosts/:name/assignments', ['hosts', 'jobs']],
  ['/jobs/:name/assignments', ['hosts', 'jobs']],
  ['/hosts', ['hosts']],
  ['/inventory', ['hosts']],
  ['/jobs', ['jobs', 'runs']],
  ['/rollouts', ['hosts', 'jobs', 'runs']],
  ['/runs', ['runs']],
  ['/missed-runs', ['runs']],
  ['/incidents', ['incidents']],
  ['/deliveries', ['incidents']],
  ['/quiet-times', ['incidents']],
  ['/alert-policies', ['incidents']],
  ['/channels', ['incidents']],
  ['/overview', ['runs', 'hosts', 'jobs', 'incidents']],
  ['/now', ['runs', 'hosts', 'jobs', 'incidents']],
];

type Changed = LiveMessage['changed'];

/** Whether what a page has of this question is old after these changes. */
export function isOld(query: Pick<Query, 'queryKey' | 'state'>, changed: Changed): boolean {
  const [path] = query.queryKey;
  if (typeof path !== 'string') return false;
  const topics = topicsOfPath.find(([prefix]) => path.startsWith(prefix))?.[1] ?? [];
  const hostId = hostOf(path, query.state.data);
  return changed.some(
    ({ topic, hostIds }) =>
      topics.includes(topic) && (hostIds === null || hostId === undefined || hostIds.includes(hostId)),
  );
}

/** The one host that an answer is about: a host itself, or a run on it. */
function hostOf(path: string, data: unknown): string | undefined {
  const key = path === '/hosts/:name' ? 'id' : path === '/runs/:id' ? 'hostId' : undefined;
  if (key === undefined || typeof data !== 'object' || data === null) return undefined;
  const id: unknown = Reflect.get(data, key);
  return typeof id === 'string' ? id : undefined;
}
