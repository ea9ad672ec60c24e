import { runStates, runTriggers } from '@carillon/core/state/states';
import { z } from 'zod';
import { limits } from '../limits.js';
import { defineRoutes, instant, pageOf, pageQuery, queryFlag } from './route.js';

const tag = 'runs';
const run = z.object({ id: z.uuid() });

export const runSummary = z.object({
  id: z.uuid(),
  job: z.string(),
  jobVersion: z.int(),
  host: z.string(),
  /** The host's own zone, IANA; older servers leave it out. */
  timezone: z.string().optional(),
  state: z.enum(runStates),
  reason: z.string().nullable(),
  /** The reason in words with its figures, where it has any; older servers leave it out. */
  detail: z.string().nullable().optional(),
  /** The detail by code and figures, for who says it in another language; absent where it is in words of others. */
  detailSays: z.object({ code: z.string(), figures: z.record(z.string(), z.string()).optional() }).optional(),
  trigger: z.enum(runTriggers),
  scheduledFor: instant.nullable(),
  startedAt: instant,
  finishedAt: instant.nullable(),
  durationMs: z.int().nullable(),
  /** Unsigned 32 bits. */
  exitCode: z.int().nullable(),
});

export const exitCodeWords = z.object({
  unsigned: z.int(),
  signed: z.int(),
  hex: z.string(),
  name: z.string().nullable(),
  text: z.string(),
});

const streamState = z.object({
  bytes: z.int(),
  stored: z.int(),
  /** Bytes that have arrived at the centre. */
  received: z.int(),
  sha256: z.string().nullable(),
});

export const runDetail = runSummary.extend({
  /** What the agent saw, for runs that it started; absent from older servers. */
  cause: z.string().nullable().optional(),
  /** How often the program was started. */
  attempts: z.int(),
  /** Processor time of the program and all it started; null where it was not measured, absent from older servers. */
  cpuMs: z.int().nullable().optional(),
  /** Most memory that they held at one time. */
  peakMemoryBytes: z.int().nullable().optional(),
  jobId: z.uuid(),
  hostId: z.uuid(),
  exit: exitCodeWords.nullable(),
  receivedAt: instant,
  output: z.object({
    encoding: z.string(),
    stdout: streamState,
    stderr: streamState,
    /** Since when it lies in the archive, and in which bucket; null in the database, absent from older servers. */
    archived: z.object({ at: instant, bucket: z.string() }).nullable().optional(),
  }),
});

export const outputPiece = z.object({
  stream: z.enum(['stdout', 'stderr']),
  offset: z.int(),
  at: instant,
  /** Bytes dropped just before this piece. */
  droppedBefore: z.int(),
  text: z.string(),
});

/** A piece of output around words that were searched for; it is written by programs, as hostile as they are. */
export const foundText = z.object({
  stream: z.enum(['stdout', 'stderr']),
  before: z.string(),
  words: z.string(),
  after: z.string(),
});

/** How many runs that started within an hour are in which state now. States without a run are left out. */
export const runHour = z.object({
  /** Its beginning; hours are those of UTC. */
  hour: instant,
  total: z.int(),
  states: z.partialRecord(z.enum(runStates), z.int()),
  /** Of the runs that ended, skipped ones apart; null when none did. */
  meanDurationMs: z.int().nullable(),
});

const runFilters = {
  job: z.string().optional(),
  host: z.string().optional(),
  state: z.enum(runStates).optional(),
  trigger: z.enum(runTriggers).optional(),
  /** Runs that failed, timed out, were killed or are indeterminate. */
  bad: queryFlag.optional(),
  /** The number, signed or unsigned. */
  exitCode: z.coerce.number().int().min(-0x8000_0000).max(0xffff_ffff).optional(),
  /** `key=value`: runs on hosts that have the label now. */
  label: z.string().max(300).optional(),
  /** Started at or after. */
  since: instant.optional(),
  /** Started before. */
  until: instant.optional(),
  /** Runs whose output has these words, one after the other, in any case; needs `since`. Archived output is not searched. */
  outputContains: z.string().min(1).max(200).optional(),
};

export const runRoutes = defineRoutes({
  list: {
    method: 'GET',
    path: '/runs',
    tag,
    summary: 'Runs, newest first',
    query: pageQuery.extend(runFilters),
    response: pageOf(
      runSummary.extend({
        /** With `outputContains`: where the words stand; null where it cannot be shown. Older servers leave it out. */
        found: foundText.nullable().optional(),
      }),
    ).extend({
      /**
       * With `outputContains`: output of runs in the time asked for that started until then lies in the archive, and was not
       * searched; null: all was. Older servers leave it out.
       */
      notSearched: instant.nullable().optional(),
    }),
  },
  table: {
    method: 'GET',
    path: '/runs/table.csv',
    tag,
    summary: `Runs as a table for spreadsheets, newest first, at most ${limits.csvRuns}; a last line says when there are more`,
    query: z.object(runFilters),
    media: 'text/csv; charset=utf-8',
    response: z.string(),
  },
  hours: {
    method: 'GET',
    path: '/runs/hours',
    tag,
    summary: 'Runs counted by the hour of their start; hours without a run are left out',
    query: z.object({
      /** Whole hours: from the one that holds it; a day before `to` when left out. */
      from: instant.optional(),
      /** Up to the one that holds it, now when left out. */
      to: instant.optional(),
      job: z.string().optional(),
      host: z.string().optional(),
      /** `key=value`: runs on hosts that have the label now. */
      label: z.string().max(200).optional(),
    }),
    response: z.object({ from: instant, to: instant, items: z.array(runHour) }),
  },
  get: { method: 'GET', path: '/runs/:id', tag, summary: 'One run', params: run, response: runDetail },
  beside: {
    method: 'GET',
    path: '/runs/:id/beside',
    tag,
    summary: 'What a run is compared with: the same job on this host before, and on other hosts at that time',
    params: run,
    response: z.object({
      /** Of the runs of the job on this host that ended before it; null when there were none. */
      usual: z.object({ runs: z.int(), medianMs: z.int(), p95Ms: z.int() }).nullable(),
      /** The runs of the job just before and after it on this host. */
      previous: runSummary.nullable(),
      next: runSummary.nullable(),
      /** Runs of the same job that started on other hosts within `limits.besideMs` of it, by host. */
      elsewhere: z.array(runSummary),
      /** How many those are; at most `limits.besideRuns` are given, bad ones first. */
      elsewhereTotal: z.int(),
    }),
  },
  output: {
    method: 'GET',
    path: '/runs/:id/output',
    tag,
    summary:
      'Output as text, both streams in the order they were written; pass `next` back to follow a running program',
    params: run,
    query: z.object({
      stream: z.enum(['stdout', 'stderr']).optional(),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    response: z.object({
      items: z.array(outputPiece),
      /** Where to go on. Unlike other lists it is never null while the run may still write. */
      next: z.string().nullable(),
      /** Nothing more will come. */
      complete: z.boolean(),
      encoding: z.string(),
    }),
  },
  told: {
    method: 'GET',
    path: '/runs/:id/told',
    tag,
    summary: 'What the end of the output tells of itself: the newest `::progress` and `::result` line',
    params: run,
    response: z.object({
      progress: z.object({ percent: z.number(), text: z.string() }).nullable(),
      /** As the program wrote it. */
      result: z.record(z.string(), z.unknown()).nullable(),
    }),
  },
  stop: {
    method: 'POST',
    path: '/runs/:id/stop',
    tag,
    summary: 'End a running program and everything it started',
    params: run,
    response: z.object({ commandId: z.uuid() }),
  },
});
