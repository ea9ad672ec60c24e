import { ApiFailure } from '@carillon/contract/http/client';
import { liveRoutes } from '@carillon/contract/http/live.routes';
import { type LiveMessage, liveCloseCodes, livePath, liveSubprotocol } from '@carillon/contract/live/live-messages';
import { readLiveMessage } from '@carillon/contract/live/read-live-message';
import { call } from '../lib/api.js';
import { linkState, onLinkState, setLinkState } from './link-state.js';
import { reconnectWait } from './reconnect-wait.js';

/** A page is told what became old; null: it may have missed something. */
type Listener = (changed: LiveMessage['changed'] | null) => void;

/**
 * Keeps the page's one socket open until it is stopped: ticket, socket, and again after a wait when it is cut.
 * @returns how to stop
 */
export function keepLive(onChange: Listener): () => void {
  const stop = new AbortController();
  let socket: WebSocket | undefined;
  let timer: number | undefined;
  let failures = 0;

  const again = (waitMs: number) => {
    if (!stop.signal.aborted) timer = window.setTimeout(() => void dial(), waitMs);
  };
  const dial = async (): Promise<void> => {
    try {
      const { ticket } = await call(liveRoutes.ticket, {}, stop.signal);
      if (!stop.signal.aborted) listen(ticket);
    } catch (error) {
      if (stop.signal.aborted) return;
      setLinkState(error instanceof ApiFailure && error.status < 500 ? 'polling' : 'offline');
      again(reconnectWait(failures++, Math.random()));
    }
  };
  const listen = (ticket: string): void => {
    socket = new WebSocket(`${window.location.origin.replace(/^http/, 'ws')}${livePath}`, [liveSubprotocol, ticket]);
    socket.onopen = () => {
      failures = 0;
      setLinkState('live');
      onChange(null);
    };
    socket.onmessage = ({ data }) => {
      const message = readLiveMessage(String(data));
      if (message) onChange(message.changed);
    };
    socket.onclose = ({ code }) => {
      if (stop.signal.aborted) return;
      if (code === liveCloseCodes.renew) {
        void dial();
        return;
      }
      setLinkState('polling');
      onChange(null);
      again(reconnectWait(failures++, Math.random()));
    };
  };

  // What the server told while nothing was answered is lost, and the socket may be dead without knowing it.
  let before = linkState();
  const unwatch = onLinkState(() => {
    const now = linkState();
    if (before === 'offline' && now === 'live') socket?.close();
    before = now;
  });
  void dial();
  return () => {
    unwatch();
    stop.abort();
    window.clearTimeout(timer);
    socket?.close();
    setLinkState('polling');
  };
}
