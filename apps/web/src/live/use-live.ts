import type { LiveMessage } from '@carillon/contract/live/live-messages';
import { mergeChanges } from '@carillon/core/live/changes';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { linkState, onLinkState } from './link-state.js';
import { keepLive } from './live-link.js';
import { isOld } from './topics.js';

/** A busy fleet changes all the time; a page asks again so often at most. */
const askAgainMs = 2_000;

type Changed = LiveMessage['changed'];

export const useLinkState = () => useSyncExternalStore(onLinkState, linkState);

/** Keeps what is on screen fresh, for as long as somebody is signed in. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const { note, stop } = refresher(client);
    const hangUp = keepLive(note);
    return () => {
      hangUp();
      stop();
    };
  }, [client]);
}

/** Asks again for what became old: at once, and what comes soon after it together. */
function refresher(client: QueryClient) {
  let waiting: Changed | null = [];
  let timer: number | undefined;
  const refresh = () => {
    const changed = waiting;
    waiting = [];
    timer = undefined;
    if (changed !== null && changed.length === 0) return;
    const predicate = (query: Parameters<typeof isOld>[0]) => changed === null || isOld(query, changed);
    // A question that is under way is not asked again meanwhile: on a slow line it would never be answered.
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
