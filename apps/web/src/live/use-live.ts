import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { linkState, onLinkState } from './link-state.js';
import { keepLive } from './live-link.js';
import { refresher } from './refresher.js';

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
