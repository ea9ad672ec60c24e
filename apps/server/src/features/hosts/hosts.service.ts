import type { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyId } from '@carillon/core/desired/signing';
import { concernsOf } from '@carillon/core/host/concerns';
import { keyFingerprint } from '@carillon/core/host/join-token';
import { labelsSchema } from '@carillon/core/job/parts.schema';
import type { RequestTitle } from '@carillon/core/text/record-texts';
import { problemsFromIssues } from '@carillon/core/zod-problems';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { assignmentView } from '../../shared/assignment-view.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { overrideOf, refuseFrozen } from '../../shared/frozen.js';
import { readLabel } from '../../shared/read-label.js';
import { taskChangeView } from '../../shared/task-change-view.js';
import { AssignmentStore } from '../../store/assignment.store.js';
import { type HostRow, HostStore } from '../../store/host.store.js';
import { HostLoadStore } from '../../store/host-load.store.js';
import { SpoolLossStore } from '../../store/spool-loss.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';

type Routes = typeof hostRoutes;
type Summary = Response<Routes['list']>['items'][number];

interface AskedLabels {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Why it is done though a freeze covers it. */
  readonly overrideFreeze?: string;
}

/** Use cases around hosts. */
@Injectable()
export class HostsService {
  constructor(
    @Inject(HostStore) private readonly hosts: HostStore,
    @Inject(AssignmentStore) private readonly assignments: AssignmentStore,
    @Inject(TaskChangeStore) private readonly taskChanges: TaskChangeStore,
    @Inject(SpoolLossStore) private readonly losses: SpoolLossStore,
    @Inject(HostLoadStore) private readonly loads: HostLoadStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
  ) {
    desk.register<AskedLabels>('labels', { execute: (asked) => this.carryOutLabels(asked) });
  }

  async list({ cursor, limit, label, ...filters }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.hosts.list({
      after: readCursor(cursor),
      limit: limit + 1,
      ...filters,
      label: readLabel(label),
    });
    return pageOfRows(rows, limit, (row) => row.nameKey, summaryOf);
  }

  async get(name: string): Promise<Response<Routes['get']>> {
    const row = await this.require(name);
    return {
      ...summaryOf(row),
      enrolledAt: row.enrolledAt.toISOString(),
      desired: { rev: row.desiredRev, hash: row.desiredHash },
      observedHash: row.observedHash,
      spool: { epoch: row.epoch, ackedSeq: row.ackedSeq, waiting: row.waiting },
      disk:
        row.spoolBytes === null || row.diskFreeBytes === null
          ? null
          : { spoolBytes: row.spoolBytes, freeBytes: row.diskFreeBytes },
      clockAheadMs: row.clockAheadMs,
      keyId: keyId(row.publicKey, sha256Hex),
    };
  }

  async listAssignments({
    name,
    cursor,
    limit,
  }: Input<Routes['assignments']>): Promise<Response<Routes['assignments']>> {
    const { id } = await this.require(name);
    const rows = await this.assignments.ofHost(id, { after: readCursor(cursor), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => `${row.jobKey} ${row.jobId}`, assignmentView);
  }

  async listTaskChanges({
    name,
    cursor,
    limit,
  }: Input<Routes['taskChanges']>): Promise<Response<Routes['taskChanges']>> {
    const { id } = await this.require(name);
    const rows = await this.taskChanges.list({ hostId: id, before: readUuidCursor(cursor), limit: limit + 1 });
    return pageOfRows(rows, limit, (row) => row.id, taskChangeView);
  }

  async listLosses({ name, cursor, limit }: Input<Routes['losses']>): Promise<Response<Routes['losses']>> {
    const { id } = await this.require(name);
    const rows = await this.losses.ofHost(id, readUuidCursor(cursor), limit + 1);
    return pageOfRows(
      rows,
      limit,
      (row) => row.id,
      ({ from, to, noticedAt, ...row }) => ({
        ...row,
        from: from?.toISOString() ?? null,
        to: to?.toISOString() ?? null,
        noticedAt: noticedAt.toISOString(),
      }),
    );
  }

  async load(name: string): Promise<Response<Routes['load']>> {
    const { id } = await this.require(name);
    const { now, items } = await this.loads.ofHost(id);
    return {
      now: now && { ...now, at: now.at.toISOString() },
      items: items.map((row) => ({ ...row, at: row.at.toISOString() })),
    };
  }

  /** Jobs that select hosts by label follow at once; the agents are told after the commit. */
  /** @throws ApiError `conflict` while a freeze holds what it would move */
  async setLabels(name: string, raw: unknown, overrideFreeze?: string): Promise<Summary> {
    const labels = labelsSchema.safeParse(raw);
    if (!labels.success) throw invalidInput(problemsFromIssues(labels.error.issues, raw, ['labels']));
    const title: RequestTitle = `set labels of ${name}`;
    const body = { name, labels: labels.data, ...(overrideFreeze === undefined ? {} : { overrideFreeze }) };
    return this.desk.ask('labels', { title, body }, () => this.carryOutLabels(body));
  }

  private async carryOutLabels({ name, labels, overrideFreeze }: AskedLabels): Promise<Summary> {
    const check = { frozen: refuseFrozen, override: overrideOf(overrideFreeze) };
    const changed = await this.hosts.setLabels(name, labels, check);
    if (changed === null) throw notFound('host', name);
    if (changed.length > 0) this.hints.publish({ kind: 'desired', hostIds: changed });
    return summaryOf(await this.require(name));
  }

  private async require(name: string): Promise<HostRow> {
    const row = await this.hosts.byName(name);
    if (!row) throw notFound('host', name);
    return row;
  }
}

function summaryOf(row: HostRow): Summary {
  const { id, name, state, presence, labels, os, timezone, agentVersion, scheduler, assignments } = row;
  const lastSeenAt = row.lastSeenAt?.toISOString() ?? null;
  return {
    id,
    name,
    state,
    presence,
    labels,
    os,
    timezone,
    agentVersion,
    scheduler,
    lastSeenAt,
    assignments,
    failingJobs: row.failingJobs,
    inSync: row.observedHash === row.desiredHash,
    ...(state === 'pending'
      ? { keyFingerprint: keyFingerprint(row.publicKey, sha256Hex), joinedFrom: row.joinedFrom }
      : {}),
    concerns: concernsOf(row).map((concern) => {
      if (concern.code === 'disk' || concern.code === 'clock') return concern;
      const { lastMs, ...rest } = concern;
      return { ...rest, lastAt: new Date(lastMs).toISOString() };
    }),
  };
}
