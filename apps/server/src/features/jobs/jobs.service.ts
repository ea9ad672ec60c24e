import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { Manifest } from '@carillon/core/job/job-spec';
import { makeProblem } from '@carillon/core/problem';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { assignmentView } from '../../shared/assignment-view.js';
import { taskChangeView } from '../../shared/task-change-view.js';
import { previewFires, previewTask } from '../../shared/task-preview.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { HostStore } from '../../store/host.store.js';
import { type JobRow, JobStore } from '../../store/job.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { specView, summaryOf, versionView } from './job-view.js';

type Routes = typeof jobRoutes;

/** Use cases around jobs that exist. */
@Injectable()
export class JobsService {
  constructor(
    @Inject(JobStore) private readonly jobs: JobStore,
    @Inject(AssignmentStore) private readonly assignments: AssignmentStore,
    @Inject(TaskChangeStore) private readonly taskChanges: TaskChangeStore,
    @Inject(HostStore) private readonly hosts: HostStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  async list({ cursor, limit, search }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.jobs.list({ after: readCursor(cursor), limit: limit + 1, search });
    const lastRuns = await this.jobs.lastRuns(rows.map((row) => row.id));
    return pageOfRows(
      rows,
      limit,
      (row) => row.nameKey,
      (row) => summaryOf(row, lastRuns.get(row.id)),
    );
  }

  async get(name: string): Promise<Response<Routes['get']>> {
    const row = await this.require(name);
    const lastRuns = await this.jobs.lastRuns([row.id]);
    return {
      ...summaryOf(row, lastRuns.get(row.id)),
      spec: specView(row.spec),
      manifestHash: row.manifestHash,
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
    const [row] = await this.jobs.versions(id, { before: version + 1, limit: 1 });
    if (row?.version !== version) throw notFound('job version', `${name} ${version}`);
    return versionView(row);
  }

  async listAssignments({
    name,
    cursor,
    limit,
    state,
  }: Input<Routes['assignments']>): Promise<Response<Routes['assignments']>> {
    const { id } = await this.require(name);
    const rows = await this.assignments.ofJob(id, { after: readCursor(cursor), limit: limit + 1, state });
    return pageOfRows(rows, limit, (row) => row.hostKey, assignmentView);
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
    return { items: spec.enabled ? previewFires(spec.schedule, { nowMs: Date.now(), count, hostTimezone }) : [] };
  }

  async taskXml(name: string, timezone: string | undefined): Promise<Response<Routes['taskXml']>> {
    const row = await this.require(name);
    return previewTask(JSON.parse(row.manifest) as Manifest, await this.zone(row.id, timezone));
  }

  async remove(name: string): Promise<Response<Routes['remove']>> {
    const removed = await this.jobs.remove(name);
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
    const message = `host ${host.name}: its time zone ${JSON.stringify(host.timezone)} is not known here; expected an IANA time zone such as Asia/Shanghai`;
    throw new ApiError('conflict', message, { host: host.name, timezone: host.timezone });
  }
}
