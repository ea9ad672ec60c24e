import { z } from 'zod';
import { durationSchema, nameSchema, secretNameSchema } from '../../job/parts.schema.js';
import type { AlertSeverity } from '../../state/states.js';
import { acknowledgeSigns, type TicketRules } from '../ticket/ticket-link.js';

interface SecretRef {
  readonly secret: string;
}

interface TicketAccount {
  readonly url: string;
  readonly username: string;
  readonly password: SecretRef;
  /** What its webhooks are signed with; two while one is exchanged for the other, none where it sends none. */
  readonly signing: readonly SecretRef[];
  readonly rules: TicketRules;
}

/** Incidents of ServiceNow, or events that its own rules make alerts and incidents of. */
export interface ServiceNowWay extends TicketAccount {
  readonly type: 'servicenow';
  readonly table: 'incident' | 'em_event';
  readonly assignmentGroup: string | null;
  readonly caller: string | null;
  readonly configurationItem: string | null;
  /** One of the instance's own; null: the first. */
  readonly closeCode: string | null;
  readonly severities: Readonly<Record<AlertSeverity, { readonly impact: string; readonly urgency: string }>>;
}

/** Issues of Jira Cloud. */
export interface JiraWay extends TicketAccount {
  readonly type: 'jira';
  readonly project: string;
  readonly issueType: string;
  /** Names of priorities; null where the project has none. */
  readonly priorities: Readonly<Record<AlertSeverity, string>> | null;
  /** Names of transitions; null: acknowledging leaves the state as it is. */
  readonly transitions: {
    readonly start: string | null;
    readonly resolve: string;
    readonly close: string;
    readonly reopen: string;
  };
  /** Resolutions that say that it will not be fixed. */
  readonly declined: readonly string[];
}

export type TicketWay = ServiceNowWay | JiraWay;

const text = z.string().min(1).max(200);
const level = z.enum(['1', '2', '3']);
const bySeverity = <T extends z.ZodType>(one: T) => z.strictObject({ low: one, medium: one, high: one });
const waits = { min: 60_000, max: 30 * 24 * 3_600_000 };
const secretRef = z.strictObject({ secret: secretNameSchema });
const access = {
  url: z.url({ protocol: /^https?$/ }).max(2_000),
  username: text,
  password: secretRef,
  signing: z.union([secretRef.transform((one) => [one]), z.array(secretRef).min(1).max(2)]).optional(),
  acknowledgeOn: z.enum(acknowledgeSigns).optional(),
  /** Whether people's comments become notes. */
  comments: z.boolean().optional(),
  /** People by their names here: their `sys_id` in ServiceNow, their account id in Jira. */
  assignees: z.record(text, z.string().regex(/^[\w:.-]{1,200}$/)).optional(),
  /** On recovery. */
  resolve: z.enum(['comment', 'resolve', 'close']).optional(),
  hold: durationSchema(waits).optional(),
  reopenWindow: durationSchema(waits).optional(),
  repeat: durationSchema(waits).optional(),
};

export const serviceNowFields = {
  ...access,
  type: z.literal('servicenow'),
  table: z.enum(['incident', 'em_event']).optional(),
  assignmentGroup: text.optional(),
  caller: text.optional(),
  configurationItem: text.optional(),
  closeCode: text.optional(),
  severities: bySeverity(z.strictObject({ impact: level, urgency: level })).optional(),
};

export const jiraFields = {
  ...access,
  type: z.literal('jira'),
  project: z.string().regex(/^[A-Z][A-Z0-9_]{1,79}$/),
  issueType: text.optional(),
  priorities: bySeverity(text).optional(),
  transitions: z
    .strictObject({
      start: text.optional(),
      resolve: text.optional(),
      close: text.optional(),
      reopen: text.optional(),
    })
    .optional(),
  declined: z.array(nameSchema).max(20).optional(),
};

const serviceNowSchema = z.strictObject(serviceNowFields);
const jiraSchema = z.strictObject(jiraFields);
export type TicketWritten = z.output<typeof serviceNowSchema> | z.output<typeof jiraSchema>;

const minute = 60_000;

/** What is written, with what is meant where nothing is. */
export function ticketWayOf(written: TicketWritten): TicketWay {
  const { url, username, password, signing } = written;
  const account = { url, username, password, signing: signing ?? [], rules: rulesOf(written) };
  if (written.type === 'servicenow')
    return {
      ...account,
      type: 'servicenow',
      table: written.table ?? 'incident',
      assignmentGroup: written.assignmentGroup ?? null,
      caller: written.caller ?? null,
      configurationItem: written.configurationItem ?? null,
      closeCode: written.closeCode ?? null,
      severities: written.severities ?? {
        low: { impact: '3', urgency: '3' },
        medium: { impact: '2', urgency: '2' },
        high: { impact: '1', urgency: '1' },
      },
    };
  const { start, resolve = 'Done', close, reopen } = written.transitions ?? {};
  return {
    ...account,
    type: 'jira',
    project: written.project,
    issueType: written.issueType ?? 'Task',
    priorities: written.priorities ?? null,
    transitions: { start: start ?? null, resolve, close: close ?? resolve, reopen: reopen ?? 'Reopen' },
    declined: written.declined ?? ["Won't Do", "Won't Fix", 'Declined'],
  };
}

function rulesOf(written: TicketWritten): TicketRules {
  return {
    resolve: written.resolve ?? 'resolve',
    holdMs: written.hold ?? 10 * minute,
    reopenWindowMs: written.reopenWindow ?? 24 * 60 * minute,
    repeatMs: written.repeat ?? 4 * 60 * minute,
    lookMs: 24 * 60 * minute,
    acknowledgeOn: written.acknowledgeOn ?? 'in_progress',
    ackMoves: written.type === 'servicenow' || written.transitions?.start !== undefined,
    comments: written.comments ?? true,
    // Events are nobody's.
    assignees: written.type === 'servicenow' && written.table === 'em_event' ? {} : (written.assignees ?? {}),
  };
}
