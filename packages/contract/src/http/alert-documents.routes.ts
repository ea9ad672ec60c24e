import { alertDocumentKinds, alertSeverities, incidentStates } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { incidentAbout } from './incidents.routes.js';
import { defineRoutes, instant, nameParam, pageOf, pageQuery } from './route.js';

const tag = 'alerts';
const kind = z.enum(alertDocumentKinds);
const place = z.object({ kind, name: nameParam });

export const alertDocument = z.object({
  kind,
  name: z.string(),
  /** As it was read: every default written out. Secrets are only named in it. */
  spec: z.looseObject({ name: z.string() }),
  /** As in a file, to be edited; null where nobody wrote it here, absent from older servers. */
  written: z.record(z.string(), z.unknown()).nullable().optional(),
  /** Its text with its comments; null where nobody wrote one here, absent from older servers. */
  source: z.string().nullable().optional(),
  author: z.string(),
  updatedAt: instant,
});

/** Something that names a document, and so keeps it from being deleted. */
export const documentUse = z.object({ kind: z.string(), name: z.string(), path: z.string() });

export const alertDocumentRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/alert-documents',
    tag,
    summary: 'Policies, channels, routes, on-call schedules, silences and maintenance windows, by name',
    query: pageQuery.extend({ kind }),
    response: pageOf(alertDocument),
  },
  get: {
    method: 'GET',
    path: '/alert-documents/:kind/:name',
    tag,
    summary: 'One document and what names it',
    params: place,
    response: alertDocument.extend({ usedBy: z.array(documentUse) }),
  },
  put: {
    method: 'PUT',
    path: '/alert-documents/:kind/:name',
    tag,
    summary: 'Create or replace one document; checked as `apply` checks it',
    params: place,
    query: z.object({
      /**
       * `updatedAt` of the one that was edited, `none`: there was none. When it is another one meanwhile, nothing is
       * stored (`conflict`, with `expected` and `current`).
       */
      expect: z.union([instant, z.literal('none')]).optional(),
    }),
    /**
     * The document as in a file; its kind and name may be left out. `source` beside its fields is its text, which is kept
     * with its comments where it says the same as the fields.
     */
    body: z.looseObject({ source: z.string().max(limits.jobSourceCharacters).optional() }),
    response: z.object({ kind: z.string(), name: z.string(), change: z.enum(['created', 'updated', 'unchanged']) }),
  },
  remove: {
    method: 'DELETE',
    path: '/alert-documents/:kind/:name',
    tag,
    summary: 'Delete a document that nothing names',
    params: place,
    response: z.object({ kind: z.string(), name: z.string() }),
  },
  preview: {
    method: 'POST',
    path: '/alert-documents/preview',
    tag,
    summary: 'What a silence or maintenance window would mute now, whatever its times; nothing is stored',
    body: z.object({ document: z.record(z.string(), z.unknown()) }),
    response: z.object({
      /** Whether its times say that it holds at this moment. */
      inEffect: z.boolean(),
      /** Open ones of which at least one alert would be muted: the first twenty. */
      incidents: z.array(
        z.object({
          number: z.int(),
          title: z.string(),
          about: incidentAbout.optional(),
          state: z.enum(incidentStates),
          severity: z.enum(alertSeverities),
        }),
      ),
      incidentsTotal: z.int(),
      alerts: z.int(),
    }),
  },
});
