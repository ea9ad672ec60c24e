import type { CalendarSpec } from '@carillon/core/calendar/calendar.schema';
import { type CalendarDays, calendarUses, withDays } from '@carillon/core/calendar/named-days';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import type { Document } from '@carillon/core/document/read-document';
import { jobDocument } from '@carillon/core/job/job-document';
import { asJson, type JobSpec } from '@carillon/core/job/job-spec';
import type pg from 'pg';
import type { Transaction } from './database.store.js';

/** A job that no document names, whose days a calendar among them changes. */
export interface FollowingJob {
  readonly kind: 'Job';
  readonly spec: JobSpec;
  readonly written: object;
  /** The calendar, and its place among the documents. */
  readonly calendar: { readonly name: string; readonly document: number };
}

/** A job that names a calendar, and where it does, `schedule[0].calendar`. */
export interface JobUse {
  readonly kind: 'Job';
  readonly name: string;
  readonly path: string;
}

/** What the names of calendars mean once these documents are stored. */
export async function calendarDays(
  tx: Pick<Transaction, 'alertDocument'>,
  documents: readonly Document[] = [],
): Promise<CalendarDays> {
  const rows = await tx.alertDocument.findMany({ where: { kind: 'Calendar' }, select: { nameKey: true, spec: true } });
  const stored = rows.map(({ nameKey, spec }) => [nameKey, (spec as unknown as CalendarSpec).days] as const);
  return new Map([...stored, ...calendarsIn(documents).map(({ spec }) => [keyOf(spec.name), spec.days] as const)]);
}

/**
 * Jobs that name a calendar of these documents and would start on other days by it, as they would be then; those that
 * are among the documents are not.
 */
export async function followingJobs(
  tx: Transaction,
  documents: readonly Document[],
  calendars: CalendarDays,
): Promise<FollowingJob[]> {
  const changed = new Map(calendarsIn(documents).map(({ spec, document }) => [keyOf(spec.name), document]));
  if (changed.size === 0) return [];
  const named = documents.flatMap(({ kind, spec }) => (kind === 'Job' ? [keyOf(spec.name)] : []));
  const specs = await specsNaming(tx, [...changed.keys()]);
  return specs.flatMap((stored) => {
    if (named.includes(keyOf(stored.name))) return [];
    const spec = withDays(stored, calendars);
    if (canonicalJson(asJson(spec)) === canonicalJson(asJson(stored))) return [];
    const { name = '' } = calendarUses(stored).find((use) => changed.has(keyOf(use.name))) ?? {};
    const calendar = { name, document: changed.get(keyOf(name)) ?? 0 };
    return [{ kind: 'Job' as const, spec, written: jobDocument(spec), calendar }];
  });
}

function calendarsIn(documents: readonly Document[]) {
  return documents.flatMap(({ kind, spec }, document) => (kind === 'Calendar' ? [{ spec, document }] : []));
}

/** Current definitions that name one of these, by name of the job. */
async function specsNaming(tx: Transaction, nameKeys: readonly string[]): Promise<JobSpec[]> {
  const rows = await tx.$queryRawUnsafe<{ spec: JobSpec }[]>(namingSql);
  return rows.flatMap(({ spec }) => (namesOneOf(spec, nameKeys) ? [spec] : []));
}

/** Jobs by name with where they name a calendar, by its name in lower case. */
export async function usesOfCalendars(client: Pick<pg.Pool, 'query'>): Promise<Map<string, JobUse[]>> {
  const { rows } = await client.query<{ spec: JobSpec }>(namingSql);
  const uses = new Map<string, JobUse[]>();
  for (const { spec } of rows)
    for (const { name, path } of calendarUses(spec)) {
      const key = keyOf(name);
      uses.set(key, [...(uses.get(key) ?? []), { kind: 'Job', name: spec.name, path }]);
    }
  return uses;
}

/** A handful of thousands of jobs do: which calendars they name is read here, by the same rule as everywhere. */
const namingSql = `SELECT v.spec FROM job j JOIN job_version v ON v.job_id = j.id AND v.version = j.current_version
  WHERE j.deleted_at IS NULL AND (jsonb_path_exists(v.spec, 'lax $.schedule[*].calendar.named')
    OR jsonb_path_exists(v.spec, 'lax $.overrides[*].schedule[*].calendar.named')) ORDER BY j.name_key`;

function namesOneOf(spec: JobSpec, nameKeys: readonly string[]): boolean {
  return calendarUses(spec).some(({ name }) => nameKeys.includes(keyOf(name)));
}

const keyOf = (name: string) => name.toLowerCase();
