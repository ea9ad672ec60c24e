import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { onHost } from '@carillon/core/job/host-overrides';
import { jobChain } from '@carillon/core/job/job-chain';
import type { Manifest } from '@carillon/core/job/job-spec';
import { makeProblem } from '@carillon/core/problem';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { assignmentView } from '../../shared/assignment-view.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { overrideOf, refuseFrozen } from '../../shared/frozen.js';
import { readLabel } from '../../shared/read-label.js';
import { taskChangeView } from '../../shared/task-change-view.js';
import { previewFires, previewTask } from '../../shared/task-preview.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { FirePlansStore } from '../../store/fire-plans.store.js';
import { HostStore } from '../../store/host.store.js';
import { type JobQuery, type JobRow, JobStore } from '../../store/job.store.js';
import type { RunSummaryRow } from '../../store/run.store.js';
import { RunComparisonStore } from '../../store/run-comparison.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { newestRunView, runMarkView, specView, statisticsView, summaryOf, versionView } from './job-view.js';
import { nextStartOf, nextStarts } from './next-start.js';

type Routes = typeof jobRoutes;

interface AskedRemoval {
  readonly name: string;
  /** Why it is done though a freeze covers it. */
  readonly overrideFreeze?: string;
}

/** Use cases around jobs that exist. */
@Injectable()
export class JobsService {
  constructor(
    @Inject(JobStore) private readonly jobs: JobStore,
    @Inject(AssignmentStore) private readonly assignments: AssignmentStore,
    @Inject(TaskChangeStore) private readonly taskChanges: TaskChangeStore,
    @Inject(HostStore) private readonly hosts: HostStore,
    @Inject(RunComparisonStore) private readonly comparison: RunComparisonStore,
    @Inject(FirePlansStore) private readonly firePlans: FirePlansStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
  ) {
    desk.register<AskedRemoval>('remove', { execute: (body) => this.carryOutRemoval(body) });
  }

  async list({
    cursor,
    limit,
    recent,
    nextFire,
    ...filters
  }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const { rows, lastRuns } = await this.find(filters, readCursor(cursor), limit + 1);
    const ids = rows.slice(0, limit).map((row) => row.id);
    const [marks, zones] = await Promise.all([
      recent === undefined ? null : this.jobs.recentRuns(ids, recent),
      nextFire ? this.jobs.zones(ids) : null,
    ]);
    const nowMs = Date.now();
    return pageOfRows(
      rows,
      limit,
      (row) => row.nameKey,
      (row) => ({
        ...summaryOf(row, lastRuns.get(row.id)),
        ...(marks ? { recent: (marks.get(row.id) ?? []).map(runMarkView).reverse() } : {}),
        ...(zones ? { nextFireAt: nextStartOf(row.spec, zones.get(row.id) ?? [], nowMs) } : {}),
      }),
    );
  }

  /** Jobs by name with their newest runs. Health is no column: those that have another are read past. */
  private async find(
    {
      health,
      target,
      ...filters
    }: Pick<Input<Routes['list']>, 'search' | 'owner' | 'health' | 'target' | 'assignments'>,
    after: string | null,
    limit: number,
  ): Promise<{ rows: JobRow[]; lastRuns: Map<string, RunSummaryRow> }> {
    const found: JobRow[] = [];
    const lastRuns = new Map<string, RunSummaryRow>();
    const batch = health === undefined ? limit : limits.pageItems.max;
    for (let from = after; ; ) {
      const rows = await this.jobs.list({ ...filters, target: targetOf(target), after: from, limit: batch });
      for (const [id, run] of await this.jobs.lastRuns(rows.map((row) => row.id))) lastRuns.set(id, run);
      const isWanted = (row: JobRow) => health === undefined || summaryOf(row, lastRuns.get(row.id)).health === health;
      found.push(...rows.filter(isWanted).slice(0, limit - found.length));
      if (rows.length < batch || found.length >= limit) return { rows: found, lastRuns };
      from = rows.at(-1)?.nameKey ?? null;
    }
  }

  async get(name: string): Promise<Response<Routes['get']>> {
    const row = await this.require(name);
    const [lastRuns, hostStates] = await Promise.all([
      this.jobs.lastRuns([row.id]),
      this.assignments.countByState(row.id),
    ]);
    return {
      ...summaryOf(row, lastRuns.get(row.id)),
      hostStates,
      spec: specView(row.spec),
      manifestHash: row.manifestHash,
      source: row.source ?? null,
      createdAt: row.createdAt.toISOString(),
    };
  }

  async versions({ name, cursor, limit }: Input<Routes['versions']>): Promise<Response<Routes['versions']>> {
    const { id } = await this.require(name);
    const key = readCursor(cursor);
    if (key !== null && !/^\d{1,9}$/.test(key))
      throw invalidInput([makeProblem('cursor', 'wrong_value', 'the `next` of an earlier page of this list', cursor)]);
    const rows = await this.jobs.versions(id, { before: key === null ? null : Number(key), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => String(row.version), versionView);
  }

  async version(name: string, version: number): Promise<Response<Routes['version']>> {
    const { id } = await this.require(name);
    const row = await this.jobs.version(id, version);
    if (!row) throw notFound('job version', `${name} ${version}`);
    return versionView(row);
  }

  async listAssignments({
    name,
    cursor,
    limit,
    state,
    search,
    lastRun,
    nextFire,
  }: Input<Routes['assignments']>): Promise<Response<Routes['assignments']>> {
    const { id } = await this.require(name);
    const rows = await this.assignments.ofJob(id, { after: readCursor(cursor), limit: limit + 1, state, search });
    const hostIds = rows.slice(0, limit).map((row) => row.hostId);
    const nowMs = Date.now();
    const nextStartOn = nextStarts(nowMs);
    const [runs, plans] = await Promise.all([
      lastRun ? this.comparison.lastOnHosts(id, hostIds, { nowMs, scan: limits.lastRunScan }) : null,
      nextFire ? this.firePlans.ofHosts(hostIds, id) : null,
    ]);
    return pageOfRows(
      rows,
      limit,
      (row) => row.hostKey,
      (row) => ({
        ...assignmentView(row),
        ...(runs ? { lastRun: newestRunView(runs.get(row.hostId)) } : {}),
        ...(plans ? { nextFireAt: nextStartOn(plans.get(row.hostId) ?? []) } : {}),
      }),
    );
  }

  async statistics({ name, host }: Input<Routes['statistics']>): Promise<Response<Routes['statistics']>> {
    const { id } = await this.require(name);
    const found = host === undefined ? null : await this.hosts.byName(host);
    if (host !== undefined && !found) throw notFound('host', host);
    const hostId = found?.id ?? null;
    const { statisticRuns, statisticDays: days, statisticRunsPerDay } = limits;
    const [runs, usual] = await Promise.all([
      this.comparison.newest(id, { hostId, limit: statisticRuns }),
      this.comparison.durationsByDay(id, { hostId, nowMs: Date.now(), days, limit: statisticRunsPerDay }),
    ]);
    return statisticsView(runs, usual);
  }

  /** What starts after what, around a job. Of jobs that the caller does not see he does not hear. */
  async chain(name: string): Promise<Response<Routes['chain']>> {
    const job = await this.require(name);
    const links = await this.jobs.chainLinks();
    const { nodes, links: shown, more } = jobChain(job.name, links);
    const ids = new Map((await this.jobs.idsOf(nodes.map((node) => node.name))).map((row) => [row.nameKey, row.id]));
    const runs = await this.jobs.recentRuns([...ids.values()], 1);
    const lastRunOf = (node: string) => runs.get(ids.get(node.toLowerCase()) ?? '')?.[0];
    return {
      nodes: nodes.map((node) => {
        const run = lastRunOf(node.name);
        return { ...node, lastRun: run ? runMarkView(run) : null };
      }),
      links: [...shown],
      more,
    };
  }

  async listTaskChanges({
    name,
    cursor,
    limit,
  }: Input<Routes['taskChanges']>): Promise<Response<Routes['taskChanges']>> {
    const { id } = await this.require(name);
    const rows = await this.taskChanges.list({ jobId: id, before: readUuidCursor(cursor), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => row.id, taskChangeView);
  }

  async nextFires({ name, count, host, timezone }: Input<Routes['nextFires']>): Promise<Response<Routes['nextFires']>> {
    const { spec, id } = await this.require(name);
    const hostTimezone = host === undefined ? await this.zone(id, timezone) : await this.zoneOfHost(host);
    const { enabled, schedule } = onHost(spec, host);
    return { items: enabled ? previewFires(schedule, { nowMs: Date.now(), count, hostTimezone }) : [] };
  }

  async taskXml(name: string, timezone: string | undefined): Promise<Response<Routes['taskXml']>> {
    const row = await this.require(name);
    return previewTask(JSON.parse(row.manifest) as Manifest, await this.zone(row.id, timezone));
  }

  /** @throws ApiError `conflict` while a freeze holds it, and with the number of a change request where others approve it */
  remove(name: string, overrideFreeze: string | undefined): Promise<Response<Routes['remove']>> {
    const body = { name, ...(overrideFreeze === undefined ? {} : { overrideFreeze }) };
    return this.desk.ask('remove', { title: `delete Job ${name}`, body }, () => this.carryOutRemoval(body));
  }

  private async carryOutRemoval({ name, overrideFreeze }: AskedRemoval): Promise<Response<Routes['remove']>> {
    const override = overrideOf(overrideFreeze);
    const removed = await this.jobs.remove(name, { frozen: override ? () => undefined : refuseFrozen, override });
    if (!removed) throw notFound('job', name);
    const { changedHosts } = removed;
    if (changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: changedHosts });
    return { name: removed.name, hosts: changedHosts.length };
  }

  private async require(name: string): Promise<JobRow> {
    const row = await this.jobs.byName(name);
    if (!row) throw notFound('job', name);
    return row;
  }

  /** The zone asked for, else the one of the job's first host, else UTC. */
  private async zone(jobId: string, timezone: string | undefined): Promise<string> {
    if (timezone !== undefined) {
      if (isTimeZone(timezone)) return timezone;
      throw invalidInput([makeProblem('timezone', 'wrong_value', 'an IANA time zone such as Asia/Shanghai', timezone)]);
    }
    const [first] = await this.assignments.ofJob(jobId, { after: null, limit: 1 });
    const host = first && (await this.hosts.byName(first.host));
    return host && isTimeZone(host.timezone) ? host.timezone : 'UTC';
  }

  private async zoneOfHost(name: string): Promise<string> {
    const host = await this.hosts.byName(name);
    if (!host) throw notFound('host', name);
    if (isTimeZone(host.timezone)) return host.timezone;
    const message: RefusalText = `host ${host.name}: its time zone ${JSON.stringify(host.timezone)} is not known here; expected an IANA time zone such as Asia/Shanghai`;
    throw new ApiError('conflict', message, { host: host.name, timezone: host.timezone });
  }
}

/** `role=db` is a label, `DB01` a name. */
function targetOf(text: string | undefined): JobQuery['target'] {
  if (text === undefined) return undefined;
  const label = text.includes('=') ? readLabel(text) : undefined;
  return label ? { label } : { name: text };
}
