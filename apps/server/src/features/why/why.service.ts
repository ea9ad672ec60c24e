import type { Input, Response } from '@carillon/contract/http/route';
import type { whyRoutes } from '@carillon/contract/http/why.routes';
import { overrideOf } from '@carillon/core/job/host-overrides';
import { spreadKeyOf, taskPathOf } from '@carillon/core/job/task-for-job';
import { findDueFire, nextFire, type WhyVersion } from '@carillon/core/why/due-fire';
import { explainFire, explainNoFire } from '@carillon/core/why/why';
import { isTimeZone } from '@carillon/wintask/time/zone';
import { Inject, Injectable } from '@nestjs/common';
import { notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor } from '../../http/cursor.js';
import { evidenceView } from '../../shared/evidence-view.js';
import { type WhyHost, type WhyJob, WhyStore } from '../../store/why.store.js';

type Route = typeof whyRoutes.job;
type Answer = Response<Route>['items'][number];

/** How far ahead the next fire is looked for. */
const aheadMs = 366 * 86_400_000;

/** Answers "why didn't it run?". */
@Injectable()
export class WhyService {
  constructor(@Inject(WhyStore) private readonly store: WhyStore) {}

  async job({ name, host, at, cursor, limit }: Input<Route>): Promise<Response<Route>> {
    const job = await this.store.job(name);
    if (!job) throw notFound('job', name);
    const hosts =
      host === undefined
        ? await this.store.hostsOf(job.id, { after: readCursor(cursor), limit: limit + 1 })
        : [await this.host(host)];
    const page = pageOfRows(
      hosts,
      limit,
      (row) => row.nameKey,
      (row) => row,
    );
    const atMs = at === undefined ? null : Date.parse(at);
    return { items: await Promise.all(page.items.map((each) => this.answer(job, each, atMs))), next: page.next };
  }

  private async host(name: string): Promise<WhyHost> {
    const host = await this.store.host(name);
    if (!host) throw notFound('host', name);
    return host;
  }

  private async answer(job: WhyJob, host: WhyHost, atMs: number | null): Promise<Answer> {
    const nowMs = Date.now();
    const hostTimezone = isTimeZone(host.timezone) ? host.timezone : 'UTC';
    const clocks = { hostTimezone, spreadKey: spreadKeyOf(host.id, job.id).spreadKey ?? '' };
    const versions = job.versions.map((version) => onThisHost(version, host.name));
    const fire = findDueFire({ nowMs, atMs, versions, deletedMs: job.deletedMs, ...clocks });
    const [current] = versions;
    const isLive = job.deletedMs === null && current?.enabled;
    const nextMs = isLive ? nextFire(current.schedule, { fromMs: nowMs, untilMs: nowMs + aheadMs, ...clocks }) : null;
    const found = fire.due
      ? explainFire(
          fire,
          await this.store.around({ id: job.id, taskPath: taskPathOf(job.name) }, host.id, fire.atMs, nowMs),
        )
      : explainNoFire(fire, nextMs);
    const { reason, certainty, text, figures, evidence, runId } = found;
    return {
      job: job.name,
      host: host.name,
      reason,
      certainty,
      text,
      ...(figures ? { figures: { ...figures } } : {}),
      fireAt: fire.due ? iso(fire.atMs) : null,
      version: fire.due ? fire.version.version : null,
      evidence: evidence.map(({ atMs, ...said }) => ({ ...evidenceView(said), at: iso(atMs) })),
      runId,
      nextFireAt: iso(nextMs),
    };
  }
}

/** Hosts may have a schedule of their own. */
function onThisHost({ overrides, ...version }: WhyJob['versions'][number], hostName: string): WhyVersion {
  const { schedule = version.schedule, enabled = version.enabled } = overrideOf(overrides ?? [], hostName) ?? {};
  return { ...version, schedule, enabled };
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
