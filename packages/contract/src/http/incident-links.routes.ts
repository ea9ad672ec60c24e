import { z } from 'zod';
import { defineRoutes, instant } from './route.js';

const tag = 'alerts';
const incident = { number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) };
const link = z.object({ ...incident, id: z.uuid() });
const text = (characters: number) => z.string().min(1).max(characters);

/** A ticket of another system, as that system tells it. */
export const incidentLink = z.object({
  id: z.uuid(),
  /** Name of the other system, `helpdesk`. */
  system: z.string(),
  /** As people write it there, `INC-1234`. */
  key: z.string(),
  url: z.string(),
  /** In the words of the other system; so with the assignee. */
  state: z.string().nullable(),
  assignee: z.string().nullable(),
  /** Who made the link. */
  author: z.string(),
  createdAt: instant,
  updatedAt: instant,
});

const told = { state: text(100).nullable().optional(), assignee: text(200).nullable().optional() };
const webAddress = z.url({ protocol: /^https?$/ }).max(2_000);

export const incidentLinkRoutes = defineRoutes({
  add: {
    method: 'POST',
    path: '/incidents/:number/links',
    tag,
    summary: 'Say which ticket of another system belongs to an incident; the same ticket again changes its link',
    params: z.object(incident),
    body: z.object({ system: text(64), key: text(255), url: webAddress, ...told }),
    response: incidentLink,
    takesKey: true,
  },
  change: {
    method: 'PATCH',
    path: '/incidents/:number/links/:id',
    tag,
    summary: 'Tell the state and the assignee of a linked ticket; what is not named stays',
    params: link,
    body: z.object({ url: webAddress.optional(), ...told }),
    response: incidentLink,
  },
  remove: {
    method: 'DELETE',
    path: '/incidents/:number/links/:id',
    tag,
    summary: 'Take a link away',
    params: link,
    response: z.object({ id: z.uuid() }),
  },
});
