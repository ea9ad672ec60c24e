import type { adoptionPlan } from '@carillon/contract/http/inventory.routes';
import { isForeignPath } from '@carillon/core/adopt/foreign-path';
import { type JobReading, jobOfTask } from '@carillon/core/adopt/job-of-task';
import type { Reason } from '@carillon/core/adopt/reading';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { jobLimits } from '@carillon/core/job/job-limits';
import type { AdoptionProblemText } from '@carillon/core/text/adoption-texts';
import { readTaskXml } from '@carillon/wintask/task/read-task-xml';
import { isTimeZone } from '@carillon/wintask/time/zone';
import type { z } from 'zod';
import type { HostTaskRow } from '../../store/inventory.store.js';

type Plan = z.infer<typeof adoptionPlan>;
type Member = {
  readonly row: HostTaskRow;
  readonly document: Record<string, unknown>;
  readonly notes: readonly Reason[];
};

/**
 * One job for each set of tasks that do the same. Hosts that differ only in arguments, folder or account are one job with
 * overrides, as far as their agents know those; what differs otherwise is a job each.
 */
export function planAdoption(
  rows: readonly HostTaskRow[],
  options: { name: string | undefined; takenNames: readonly string[]; nowMs: number },
): Plan {
  const refused: Plan['refused'] = [];
  const groups = new Map<string, Member[]>();
  for (const row of rows) {
    const job = readJob(row, options.nowMs);
    if (!job.ok) {
      refused.push({ host: row.host, path: row.path, problems: [...job.problems] });
      continue;
    }
    const key = canonicalJson(keyOf(row, job.document) as Json);
    const member = { row, document: { ...job.document }, notes: job.notes };
    // Two tasks of one host that do the same are one job each: it would run once where they ran twice.
    const slot = freeSlot(groups, key, row.host);
    groups.set(slot, [...(groups.get(slot) ?? []), member]);
  }
  const taken = new Set(options.takenNames);
  const jobs = [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .map((members) => jobFor(members, freeName(options.name ?? leafOf(members[0]!.row.path), taken)));
  return { jobs, refused };
}

const unread: AdoptionProblemText = 'its definition cannot be read';

function readJob(row: HostTaskRow, nowMs: number): ReturnType<typeof jobOfTask> {
  const refuse = (code: string, message: AdoptionProblemText) => ({
    ok: false as const,
    problems: [{ code, message }],
  });
  if (!isForeignPath(row.path)) return refuse('not_foreign', "it is Windows' own or ours");
  if (row.replacedBy !== null) return refuse('adopted', `job ${row.replacedBy} stands in for it already`);
  if (!row.capabilities.includes('replace'))
    return refuse('old_agent', 'the agent on this host cannot replace tasks; upgrade it');
  const read = row.definition === null ? undefined : readTaskXml(row.definition);
  if (!read?.ok) return { ok: false, problems: [{ code: 'unreadable', message: row.problem ?? unread }] };
  const hostTimezone = isTimeZone(row.timezone) ? row.timezone : 'UTC';
  const reading = jobOfTask(read.task, { nowMs, hostTimezone, variables: row.variables, runAs: row.runAs });
  return reading.ok ? asFarAs(row.capabilities, reading) : reading;
}

/** Kinds of accounts that the host's agent does not know yet. */
function asFarAs(capabilities: readonly string[], reading: JobReading & { ok: true }): JobReading {
  const { runAs, rights } = reading.document;
  const named = typeof runAs === 'object' && runAs !== null;
  const needed = [
    ...(named ? ['accounts', ...('interactive' in runAs ? ['interactive'] : [])] : []),
    ...(rights === undefined ? [] : ['rights']),
  ];
  if (needed.every((each) => capabilities.includes(each))) return reading;
  const message: AdoptionProblemText = 'the agent on this host cannot run jobs of this account; upgrade it';
  return { ok: false, problems: [{ code: 'old_agent', message }] };
}

function jobFor(members: readonly Member[], name: string): Plan['jobs'][number] {
  const hosts = members.map(({ row }) => row.host);
  const replaces = [...new Map(members.map(({ row }) => [row.pathKey, row.path])).values()];
  const notes = new Map(members.flatMap((member) => member.notes.map((note) => [note.message, note] as const)));
  return {
    document: {
      kind: 'Job',
      name,
      targets: { hosts },
      ...commonest(members).document,
      ...overridesOf(members),
      replaces,
    },
    hosts,
    notes: [...notes.values()],
  };
}

function freeSlot(groups: ReadonlyMap<string, Member[]>, key: string, host: string): string {
  for (let index = 0; ; index += 1) {
    const slot = `${index} ${key}`;
    if (!groups.get(slot)?.some(({ row }) => row.host === host)) return slot;
  }
}

function freeName(wanted: string, taken: Set<string>): string {
  for (let index = 1; ; index += 1) {
    const ending = index === 1 ? '' : `-${index}`;
    const name = `${wanted.slice(0, jobLimits.nameCharacters - ending.length)}${ending}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function leafOf(path: string): string {
  return path.split('\\').at(-1)?.trim() || 'task';
}

type Run = Readonly<Record<string, unknown>> & { readonly program: string };

/** What must be the same in one job. Older agents know no overrides: theirs must be the same in everything. */
function keyOf(row: HostTaskRow, { description: _, ...rest }: Readonly<Record<string, unknown>>): unknown {
  if (!row.capabilities.includes('overrides')) return rest;
  const { runAs: _account, rights: _rights, run, ...same } = rest;
  return { ...same, program: (run as Run).program, overrides: true };
}

/** What an override may say, as a job file says it. */
function partsOf({ document }: Member): Record<string, unknown> {
  const { arguments: args = [], workingDirectory = null } = document.run as Run;
  return {
    arguments: args,
    workingDirectory,
    runAs: document.runAs ?? 'system',
    rights: document.rights ?? 'ordinary',
  };
}

/** What most of them have goes without saying. */
function commonest(members: readonly Member[]): Member {
  return [...alike(members).values()].sort((a, b) => b.length - a.length)[0]![0]!;
}

function overridesOf(members: readonly Member[]): { overrides?: unknown[] } {
  const usual = partsOf(commonest(members));
  const overrides = [...alike(members).values()].flatMap((group) => {
    const own = Object.entries(partsOf(group[0]!)).filter(
      ([part, value]) => canonicalJson(value as Json) !== canonicalJson(usual[part] as Json),
    );
    return own.length === 0 ? [] : [{ hosts: group.map(({ row }) => row.host), ...Object.fromEntries(own) }];
  });
  return overrides.length > 0 ? { overrides } : {};
}

function alike(members: readonly Member[]): Map<string, Member[]> {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = canonicalJson(partsOf(member) as Json);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return groups;
}
