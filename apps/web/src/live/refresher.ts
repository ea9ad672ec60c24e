import type { LiveMessage } from '@carillon/contract/live/live-messages';
import { mergeChanges } from '@carillon/core/live/changes';
import type { QueryClient } from '@tanstack/react-query';
import { isOld } from './topics.js';

/** A busy fleet changes all the time; a page asks again so often at most, in milliseconds. */
export const askAgainMs = 2_000;

type Changed = LiveMessage['changed'];
type Query = Parameters<typeof isOld>[0] & { readonly queryHash: string; readonly state: { fetchStatus: string } };

/**
 * Asks again for what became old: at once, and what comes soon after it together. A question that is under way is let
 * come to its end (on a slow line it would never be answered otherwise) and asked once more then: its answer may be of
 * before the change.
 * @returns `note` takes what changed (null: it may have missed something); `stop` ends it
 */
export function refresher(client: QueryClient) {
  let waiting: Changed | null = [];
  let underWay = new Set<string>();
  let timer: number | undefined;
  const refresh = () => {
    const changed = waiting;
    const onceMore = underWay;
    waiting = [];
    underWay = new Set();
    timer = undefined;
    if (changed !== null && changed.length === 0 && onceMore.size === 0) return;
    const predicate = (query: Query) => onceMore.has(query.queryHash) || changed === null || isOld(query, changed);
    for (const query of client.getQueryCache().findAll({ predicate, fetchStatus: 'fetching' }))
      underWay.add(query.queryHash);
    void client.invalidateQueries({ predicate }, { cancelRefetch: false });
    timer = window.setTimeout(refresh, askAgainMs);
  };
  return {
    note: (changed: Changed | null) => {
      waiting = changed === null || waiting === null ? null : mergeChanges(waiting, changed).map(asMessage);
      if (timer === undefined) refresh();
    },
    stop: () => window.clearTimeout(timer),
  };
}

const asMessage = ({ topic, hostIds }: ReturnType<typeof mergeChanges>[number]) => ({
  topic,
  hostIds: hostIds && [...hostIds],
});
