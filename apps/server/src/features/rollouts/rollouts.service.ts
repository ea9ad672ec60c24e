import type { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { RingHealth } from '@carillon/core/rollout/next-step';
import { judgeRollBack } from '@carillon/core/rollout/roll-back';
import { describeRing } from '@carillon/core/rollout/rollout-rules';
import { describeStep } from '@carillon/core/rollout/step-words';
import type { RequestTitle } from '@carillon/core/text/record-texts';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, notFound } from '../../http/api-error.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { JobStore } from '../../store/job.store.js';
import { RolloutStore } from '../../store/rollout.store.js';
import type { RolloutRow } from '../../store/rollout-rows.js';

type Routes = typeof rolloutRoutes;
type View = Response<Routes['list']>['items'][number];

interface AskedRollBack {
  readonly name: string;
  readonly comment: string;
}

/** Looking at rollouts, and what people do with them. */
@Injectable()
export class RolloutsService {
  constructor(
    @Inject(RolloutStore) private readonly store: RolloutStore,
    @Inject(JobStore) private readonly jobs: JobStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
  ) {
    desk.register<AskedRollBack>('rollBack', { execute: (body, by) => this.carryOutRollBack(body, by) });
  }

  async list({ cursor, limit, underWay, job }: Input<Routes['list']>): Promise<Response<Routes['list']>> {
    const rows = await this.store.list({ underWay, job, before: readUuidCursor(cursor), limit: limit + 1 });
    const health = await this.store.health(rows.slice(0, limit));
    const page = rows.map((row, index) => ({ row, health: health[index] }));
    return pageOfRows(
      page,
      limit,
      ({ row }) => row.id,
      ({ row, health: found }) => viewOf(row, found),
    );
  }

  async get(name: string): Promise<Response<Routes['get']>> {
    if (!(await this.jobs.byName(name))) throw notFound('job', name);
    const row = await this.store.newest(name);
    return { rollout: row && (await this.view(row)) };
  }

  async halt(name: string, reason: string): Promise<View> {
    const row = await this.require(name, 'running', 'is under way');
    return this.after(name, row, await this.store.halt(row, { code: 'halted', why: reason }, Date.now(), reason));
  }

  async resume(name: string, reason: string): Promise<View> {
    const row = await this.require(name, 'halted', 'is halted');
    return this.after(name, row, await this.store.resume(row, reason, Date.now()));
  }

  /**
   * @throws ApiError `conflict` where there is nothing to go back to, and with the number of a change request where others
   *   have to approve it
   */
  rollBack(name: string, comment: string, author: string): Promise<Response<Routes['rollBack']>> {
    const title: RequestTitle = `roll back Job ${name}`;
    const asked = { title, body: { name, comment }, reason: comment };
    return this.desk.ask('rollBack', asked, () => this.carryOutRollBack(asked.body, author));
  }

  private async carryOutRollBack(
    { name, comment }: AskedRollBack,
    author: string,
  ): Promise<Response<Routes['rollBack']>> {
    const row = await this.store.newest(name);
    if (!row) throw notFound('rollout of job', name);
    const { job, version } = row;
    const verdict = judgeRollBack(row);
    if (!verdict.ok) throw new ApiError('conflict', verdict.message, { job, version });
    const done = await this.store.rollBack(row, { author, comment }, Date.now());
    if (!done) throw changedMeanwhile(job);
    if (done.changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: done.changedHosts });
    return { job, version: done.version, sameAs: verdict.to, hosts: done.changedHosts.length };
  }

  private async require(name: string, state: RolloutRow['state'], words: string): Promise<RolloutRow> {
    if (!(await this.jobs.byName(name))) throw notFound('job', name);
    const row = await this.store.newest(name);
    if (row?.state === state) return row;
    const message: RefusalText = `job ${JSON.stringify(name)}: expected a rollout that ${words}, got ${row ? `one that is ${row.state}` : 'none'}`;
    throw new ApiError('conflict', message, { job: name, expected: state, current: row?.state ?? 'none' });
  }

  private async after(name: string, { job }: RolloutRow, change: 'done' | 'changed meanwhile'): Promise<View> {
    const row = await this.store.newest(name);
    if (change !== 'done' || !row) throw changedMeanwhile(job);
    return this.view(row);
  }

  private async view(row: RolloutRow): Promise<View> {
    const [health] = await this.store.health([row]);
    return viewOf(row, health);
  }
}

function changedMeanwhile(job: string): ApiError {
  return new ApiError('conflict', `job ${job}: its rollout has changed since it was looked at; look again`, { job });
}

const iso = (ms: number) => new Date(ms).toISOString();
const nobody: RingHealth = { hosts: 0, applied: 0, failed: 0, heldBack: 0, offline: 0, runs: 0, badRuns: 0 };

function viewOf(row: RolloutRow, health: RingHealth = nobody): View {
  const { id, job, version, baseVersion, state, open, soakMs, haltOn, author, comment, reason } = row;
  return {
    ...{ id, job, version, baseVersion, state, open, soakMs, haltOn, author, comment, health },
    rings: row.rings.map(({ rule, size }) => ({ ring: describeRing(rule), hosts: size })),
    reason: reason && { ...reason, text: describeStep(reason) },
    startedAt: iso(row.startedMs),
    openedAt: iso(row.openedMs),
    endedAt: row.endedMs === null ? null : iso(row.endedMs),
    canRollBack: judgeRollBack(row).ok,
  };
}
