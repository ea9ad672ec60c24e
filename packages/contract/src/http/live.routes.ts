import { z } from 'zod';
import { defineRoutes, instant } from './route.js';

export const liveRoutes = defineRoutes({
  ticket: {
    method: 'POST',
    path: '/live/tickets',
    tag: 'live',
    summary: 'A ticket that opens the live socket once, within half a minute',
    response: z.object({
      /** Given as the second subprotocol of the socket, so that it stands in no address and no log. */
      ticket: z.string(),
      expiresAt: instant,
    }),
  },
});
