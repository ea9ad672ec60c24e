import { z } from 'zod';
import { limits } from '../limits.js';
import { taskChange, taskFields } from './jobs.shapes.js';
import { defineRoutes } from './route.js';

const id = z.object({ id: z.uuid() });
/** Why it is done though a freeze covers the job: needs the right to. */
const override = z.object({ overrideFreeze: z.string().min(1).max(limits.reasonCharacters).optional() });

export const taskChangeDetail = taskChange.extend({
  /** Whether the task is still as it was found then, as far as its host has told; older servers do not say. */
  stands: z.boolean().optional(),
  /** Task XML as it was found; null where the host did not tell it, or it was too long. */
  definition: z.string().nullable(),
  /** Task XML that should be registered, as far as it can be worked out. */
  wanted: z.string().nullable(),
  /** Null where one of the two is not known. */
  fields: taskFields.nullable(),
});

export const taskChangeRoutes = defineRoutes({
  get: {
    method: 'GET',
    path: '/task-changes/:id',
    tag: 'jobs',
    summary: 'A change of a task, with the task as it was found',
    params: id,
    response: taskChangeDetail,
  },
  adopt: {
    method: 'POST',
    path: '/task-changes/:id/adopt',
    tag: 'jobs',
    summary: 'Make an edit that stands what its host should have, whatever the job says about edits',
    params: id,
    query: override,
    response: z.object({ job: z.string(), host: z.string(), version: z.int() }),
  },
  undo: {
    method: 'POST',
    path: '/task-changes/:id/undo',
    tag: 'jobs',
    summary: 'Take an adopted change back: the host gets what it had before',
    params: id,
    query: override,
    response: z.object({ job: z.string(), host: z.string(), version: z.int() }),
  },
});
