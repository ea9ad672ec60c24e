import { liveTopics, mostHostsOfChange } from '@carillon/core/live/changes';
import { z } from 'zod';
import { apiPrefix } from '../http/route.js';

/** Where a page opens its one socket: `wss://…/api/v1/live`, with the subprotocols `carillon.live.v1` and its ticket. */
export const livePath = `${apiPrefix}/live`;
export const liveSubprotocol = 'carillon.live.v1';

/**
 * All that the server says: what became old, never what it is now. It comes at most twice a second, may be doubled and
 * may be lost, so a page asks now and then all the same.
 */
export const liveMessage = z.object({
  changed: z
    .array(z.object({ topic: z.enum(liveTopics), hostIds: z.array(z.uuid()).max(mostHostsOfChange).nullable() }))
    .max(liveTopics.length),
});
export type LiveMessage = z.infer<typeof liveMessage>;

/** Close codes of the live socket. */
export const liveCloseCodes = {
  /** The server stops; another may be there. */
  restart: 1012,
  /** Open for long enough: come back with a new ticket, which only who is still signed in gets. */
  renew: 4001,
  /** The page did not read what it was sent. */
  tooSlow: 4002,
} as const;
