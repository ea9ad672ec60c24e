import type { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import type { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import type { RequestTitle } from '@carillon/core/text/record-texts';
import { writeTaskXml } from '@carillon/wintask/task/write-task-xml';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { ChangeDesk } from '../../shared/change-desk.js';
import { overrideOf, refuseFrozen } from '../../shared/frozen.js';
import { fieldsOf, wantedTask } from '../../shared/task-change-fields.js';
import { driftView, taskChangeView } from '../../shared/task-change-view.js';
import { TaskAdoptionStore } from '../../store/task-adoption.store.js';
import { TaskChangeStore } from '../../store/task-change.store.js';
import { decideAdoption, withoutAdopted } from './decide-adoption.js';

type Routes = typeof taskChangeRoutes;
type JobRoutes = typeof jobRoutes;

interface Asked {
  readonly id: string;
  /** Why it is done though a freeze covers the job. */
  readonly overrideFreeze?: string;
}

const askedFor = (id: string, overrideFreeze: string | undefined): Asked => ({
  id,
  ...(overrideFreeze === undefined ? {} : { overrideFreeze }),
});
const checkOf = (reason: string | undefined) => ({ frozen: refuseFrozen, override: overrideOf(reason) });

/** Use cases around what was changed on hosts. */
@Injectable()
export class TaskChangesService {
  constructor(
    @Inject(TaskChangeStore) private readonly changes: TaskChangeStore,
    @Inject(TaskAdoptionStore) private readonly adoptions: TaskAdoptionStore,
    @Inject(HINTS) private readonly hints: Hints,
    @Inject(ChangeDesk) private readonly desk: ChangeDesk,
  ) {
    desk.register<Asked>('adopt', { execute: (asked, author) => this.carryOutAdopt(asked, author) });
    desk.register<Asked>('undo', { execute: (asked, author) => this.carryOutUndo(asked, author) });
  }

  async get({ id }: Input<Routes['get']>): Promise<Response<Routes['get']>> {
    const detail = await this.changes.byId(id);
    if (!detail) throw notFound('task change', id);
    const { hostId: _host, jobId: _job, spec: _spec, comparedWith: _facts, definition, ...row } = detail;
    const wanted = wantedTask(detail);
    return {
      ...taskChangeView(row),
      definition,
      wanted: wanted ? writeTaskXml(wanted) : null,
      fields: fieldsOf(wanted, definition),
    };
  }

  /** Hosts of a job that are known to differ from it, and how. @throws ApiError when there is no such job */
  async drift({ name, host, cursor, limit }: Input<JobRoutes['drift']>): Promise<Response<JobRoutes['drift']>> {
    const rows = await this.changes.driftOfJob(name, { host, after: readCursor(cursor), limit: limit + 1 });
    if (!rows) throw notFound('job', name);
    return pageOfRows(rows, limit, (row) => row.hostKey, driftView);
  }

  /** @throws ApiError when the change does not stand, a job cannot say what was edited, or a freeze holds the job */
  adopt({ id, overrideFreeze }: Input<Routes['adopt']>, author: string): Promise<Response<Routes['adopt']>> {
    const title: RequestTitle = `adopt task change ${id}`;
    const body = askedFor(id, overrideFreeze);
    return this.desk.ask('adopt', { title, body }, () => this.carryOutAdopt(body, author));
  }

  private async carryOutAdopt({ id, overrideFreeze }: Asked, author: string): Promise<Response<Routes['adopt']>> {
    const nowMs = Date.now();
    const adopted = await this.adoptions.adopt(
      id,
      author,
      (facts) => decideAdoption(facts, nowMs, true),
      checkOf(overrideFreeze),
    );
    if (!adopted) {
      if (!(await this.changes.byId(id))) throw notFound('task change', id);
      throw new ApiError(
        'conflict',
        `task change ${id}: it is adopted already, or the task is not as it was found then`,
      );
    }
    if ('reasons' in adopted) {
      const { reasons } = adopted;
      throw new ApiError('conflict', `task change ${id} cannot be adopted: ${reasons.join('; ')}`, { reasons });
    }
    const { job, host, version, changedHosts } = adopted;
    if (changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: [...changedHosts] });
    return { job, host, version };
  }

  /** @throws ApiError when nothing was adopted by this change or it was taken back already, or a freeze holds the job */
  undo({ id, overrideFreeze }: Input<Routes['undo']>, author: string): Promise<Response<Routes['undo']>> {
    const title: RequestTitle = `undo task change ${id}`;
    const body = askedFor(id, overrideFreeze);
    return this.desk.ask('undo', { title, body }, () => this.carryOutUndo(body, author));
  }

  private async carryOutUndo({ id, overrideFreeze }: Asked, author: string): Promise<Response<Routes['undo']>> {
    const undone = await this.adoptions.undo(id, author, withoutAdopted, checkOf(overrideFreeze));
    if (!undone) {
      if (!(await this.changes.byId(id))) throw notFound('task change', id);
      throw new ApiError('conflict', `task change ${id}: nothing was adopted from it, or that was taken back already`);
    }
    const { job, host, version, changedHosts } = undone;
    if (changedHosts.length > 0) this.hints.publish({ kind: 'desired', hostIds: [...changedHosts] });
    return { job, host, version };
  }
}
