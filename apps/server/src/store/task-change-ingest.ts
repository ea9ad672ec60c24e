import type { TaskChanged } from '@carillon/contract/agent/task-events';
import { shortenText } from '@carillon/core/alert/shorten-text';
import type { RepairOutcome } from '@carillon/core/desired/repair';
import type pg from 'pg';
import { signalTasks } from './alert-signals.js';
import type { FreshEvent } from './ingest-plan.js';
import { proofText } from './task-change-proof.js';
import { unnest } from './unnest.js';

const repaired = 'repaired' satisfies RepairOutcome;

interface TaskChangeEvent {
  readonly hostId: string;
  readonly eventId: string;
  readonly at: string;
  readonly change: TaskChanged;
}

/** The changes of tasks among fresh events, in their order. */
export function taskChangesOf(fresh: readonly FreshEvent[]): TaskChangeEvent[] {
  return fresh.flatMap(({ hostId, event: { eventId, at, data } }) =>
    data.kind === 'task.changed' ? [{ hostId, eventId, at, change: data }] : [],
  );
}

/** Proves that a server took a text in: see `proofText`. */
export type Prove = (text: string) => string;

/** Notes each change, and what the last of them means for the assignment. */
export async function storeTaskChanges(
  client: pg.PoolClient,
  events: readonly TaskChangeEvent[],
  prove: Prove | undefined,
): Promise<void> {
  if (events.length === 0) return;
  await insertChanges(client, events, prove);
  await completeRepairs(client, events);
  const last = new Map(events.map((event) => [`${event.hostId}/${event.change.jobId}`, event]));
  await updateAssignments(client, [...last.values()]);
  await signalTasks(client, [...last.values()].map(signalOf));
}

function signalOf({ hostId, at, change }: TaskChangeEvent) {
  const isDrifted = change.state === 'drifted';
  const text = isDrifted ? shortenText([change.message, ...change.differences].filter(Boolean).join('; '), 500) : '';
  return {
    jobId: change.jobId,
    hostId,
    atMs: Date.parse(at),
    what: isDrifted ? ('drifted' as const) : ('applied' as const),
    drift: change.found,
    text: text || null,
  };
}

async function insertChanges(
  client: pg.PoolClient,
  events: readonly TaskChangeEvent[],
  prove: Prove | undefined,
): Promise<void> {
  const batch = unnest(
    'x',
    {
      id: ['uuid', (row: TaskChangeEvent) => row.eventId],
      host_id: ['uuid', (row) => row.hostId],
      job_id: ['uuid', (row) => row.change.jobId],
      job_version: ['int', (row) => row.change.version],
      state: ['task_change_state', (row) => row.change.state],
      found: ['drift_kind', (row) => row.change.found],
      differences: ['text', (row) => clean(row.change.differences.map(oneLine).join('\n'))],
      message: ['text', (row) => row.change.message && clean(row.change.message)],
      noticed_at: ['timestamptz', (row) => row.at],
      changed_at: ['timestamptz', (row) => row.change.changedAt ?? null],
      changed_by: ['text', (row) => (row.change.changedBy === undefined ? null : clean(row.change.changedBy))],
      definition_hash: ['text', (row) => row.change.definitionHash ?? null],
      definition: ['text', (row) => (row.change.definition ? clean(row.change.definition) : null)],
      compared_with: ['text', (row) => comparedWith(row.change)],
      command_id: ['uuid', (row) => row.change.commandId ?? null],
      proof: ['text', (row) => prove?.(proofText(provenOf(row))) ?? null],
    },
    events,
  );
  // An array of arrays must be rectangular for unnest, so the lines travel as one text.
  await client.query(
    `INSERT INTO task_change (id, host_id, job_id, job_version, state, found, differences, message, noticed_at,
       changed_at, changed_by, definition_hash, definition, compared_with, proof, adoption, repaired_by)
     SELECT x.id, x.host_id, x.job_id, x.job_version, x.state, x.found,
       CASE x.differences WHEN '' THEN '{}'::text[] ELSE string_to_array(x.differences, E'\\n') END, x.message, x.noticed_at,
       x.changed_at, x.changed_by, x.definition_hash, x.definition, x.compared_with::jsonb, x.proof,
       CASE WHEN x.state = 'drifted' AND v.spec->>'onDrift' = 'adopt' THEN 'wanted' END,
       (SELECT r.author FROM command r WHERE r.id = x.command_id AND r.host_id = x.host_id AND r.job_id = x.job_id AND r.action = 'repair')
     FROM ${batch.sql} JOIN job j ON j.id = x.job_id
       LEFT JOIN job_version v ON v.job_id = x.job_id AND v.version = x.job_version
     ON CONFLICT DO NOTHING`,
    batch.values,
  );
}

/** What was put back is the proof that the command was carried out, whether or not its own answer comes. */
async function completeRepairs(client: pg.PoolClient, events: readonly TaskChangeEvent[]): Promise<void> {
  const caused = events.filter(({ change }) => change.state === 'repaired' && change.commandId !== undefined);
  if (caused.length === 0) return;
  const batch = unnest(
    'x',
    {
      command_id: ['uuid', (row: TaskChangeEvent) => row.change.commandId],
      host_id: ['uuid', (row) => row.hostId],
      job_id: ['uuid', (row) => row.change.jobId],
    },
    caused,
  );
  await client.query(
    `UPDATE command c SET state = 'done', code = '${repaired}', message = NULL, updated_at = now()
     FROM ${batch.sql}
     WHERE c.id = x.command_id AND c.host_id = x.host_id AND c.job_id = x.job_id AND c.action = 'repair' AND c.state <> 'done'`,
    batch.values,
  );
}

/** Only of the version that is wanted now: what is said of an older one is no longer of interest. */
async function updateAssignments(client: pg.PoolClient, events: readonly TaskChangeEvent[]): Promise<void> {
  const batch = unnest(
    'x',
    {
      host_id: ['uuid', (row: TaskChangeEvent) => row.hostId],
      job_id: ['uuid', (row) => row.change.jobId],
      version: ['int', (row) => row.change.version],
      drifted: ['bool', (row) => row.change.state === 'drifted'],
      code: ['text', (row) => row.change.found],
      message: ['text', (row) => clean([row.change.message, ...row.change.differences].filter(Boolean).join('; '))],
    },
    events,
  );
  await client.query(
    `UPDATE assignment a SET
       state = CASE WHEN x.drifted THEN 'drifted'::assignment_state ELSE 'applied'::assignment_state END,
       code = CASE WHEN x.drifted THEN x.code END, message = CASE WHEN x.drifted THEN left(x.message, 2000) END,
       updated_at = now()
     FROM ${batch.sql}
     WHERE a.host_id = x.host_id AND a.job_id = x.job_id AND a.version = x.version
       AND a.state IN ('applied', 'drifted') AND (x.drifted OR a.state = 'drifted')`,
    batch.values,
  );
}

function provenOf({ hostId, eventId, change }: TaskChangeEvent) {
  const { jobId, version, found, definitionHash = null } = change;
  const compared = comparedWith(change);
  const told = compared === null ? null : (JSON.parse(compared) as unknown);
  return { id: eventId, hostId, jobId, version, found, definitionHash, comparedWith: told };
}

function comparedWith({ comparedWith: facts }: TaskChanged): string | null {
  return facts === undefined ? null : clean(JSON.stringify(facts).replaceAll('\\u0000', '\u2400'));
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ');

/** Postgres text cannot hold U+0000. */
function clean(text: string): string {
  return text.replaceAll('\0', '\u2400');
}
