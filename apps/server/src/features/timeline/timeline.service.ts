import type { Input, Response } from '@carillon/contract/http/route';
import type { timelineRoutes } from '@carillon/contract/http/timeline.routes';
import { limits } from '@carillon/contract/limits';
import { comingFires, type FirePlan } from '@carillon/core/timeline/coming-fires';
import { Inject, Injectable } from '@nestjs/common';
import { invalidField } from '../../http/api-error.js';
import { readLabel } from '../../shared/read-label.js';
import { FirePlansStore } from '../../store/fire-plans.store.js';
import {
  type TimelineHourRow,
  type TimelineMissRow,
  type TimelineRange,
  type TimelineRowId,
  type TimelineRunRow,
  type TimelineRuns,
  TimelineStore,
  timelineReach,
} from '../../store/timeline.store.js';

type Route = typeof timelineRoutes.rows;
type Row = Response<Route>['items'][number];

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const noRuns: TimelineRuns = { runs: [], seen: 0, oldestMs: null };

/** Past and coming starts in one picture. */
@Injectable()
export class TimelineService {
  constructor(
    @Inject(TimelineStore) private readonly store: TimelineStore,
    @Inject(FirePlansStore) private readonly plans: FirePlansStore,
  ) {}

  async rows(input: Input<Route>): Promise<Response<Route>> {
    const nowMs = Date.now();
    const now = iso(nowMs);
    const { by, label, job, host, bad } = input;
    const { fromMs, toMs } = readRange(input);
    if (by === 'job' && label !== undefined) throw invalidField('label', 'no label where rows are jobs', label);
    const otherSide = by === 'host' ? 'job' : 'host';
    const otherName = input[otherSide];
    const otherId = otherName === undefined ? null : await this.store.idOf(otherSide, otherName);
    if (otherName !== undefined && otherId === null) return { now, total: 0, items: [] };
    const query = { ...input, fromMs, toMs, label: readLabel(label), job, host };
    const { total, rows } = await this.store.rows(query, otherId);
    const range = { by, bad, fromMs, toMs, otherId, count: limits.timelineRunsPerRow };
    return { now, total, items: await this.fill(rows, range, nowMs) };
  }

  private plansOf(ids: readonly string[], { by, otherId }: TimelineRange): Promise<Map<string, FirePlan[]>> {
    if (by === 'host') return this.plans.ofHosts(ids, otherId);
    return otherId === null ? this.plans.ofJobs(ids) : this.plans.ofJobsOnHost(ids, otherId);
  }

  private async fill(rows: readonly TimelineRowId[], range: TimelineRange, nowMs: number): Promise<Row[]> {
    const ids = rows.map(({ id }) => id);
    const { by, bad } = range;
    const isAhead = range.toMs > nowMs && bad !== true;
    const [runs, misses, plans, pauses] = await Promise.all([
      this.store.runs(ids, range),
      this.store.misses(ids, { ...range, count: limits.timelineMissesPerRow }),
      isAhead ? this.plansOf(ids, range) : new Map<string, FirePlan[]>(),
      by === 'host' ? this.store.pauses(ids, nowMs) : new Map<string, number>(),
    ]);
    const known = new Map(ids.map((id) => [id, runsShown(runs.get(id) ?? noRuns, range)]));
    const cut = ids.filter((id) => (known.get(id)?.completeMs ?? 0) > range.fromMs);
    const hours = cut.length === 0 ? new Map<string, TimelineHourRow[]>() : await this.store.hours(cut, range);
    return rows.map(({ id, name }) => {
      const { shown = [], completeMs = range.fromMs } = known.get(id) ?? {};
      const pausedMs = pauses.get(id) ?? null;
      return {
        name,
        runs: shown.map(runView).reverse(),
        completeFrom: iso(completeMs),
        hours: (hours.get(id) ?? []).filter(({ hour }) => hour * hourMs < completeMs).map(hourView),
        misses: (misses.get(id) ?? []).map(missView),
        ...firesShown(plans.get(id) ?? [], {
          fromMs: Math.max(range.fromMs, nowMs, pausedMs ?? 0),
          untilMs: range.toMs,
        }),
        pausedUntil: pausedMs === null ? null : iso(pausedMs),
      };
    });
  }
}

/** @throws ApiError when the time is empty or too long */
function readRange({ from, to }: { from: string; to: string }): { fromMs: number; toMs: number } {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (toMs <= fromMs) throw invalidField('to', 'a time after `from`', to);
  if (toMs - fromMs > limits.timelineDays * dayMs)
    throw invalidField('to', `at most ${limits.timelineDays} days after \`from\``, to);
  return { fromMs, toMs };
}

/** The runs of a row that are shown, newest first, and since when they are all of them. */
function runsShown({ runs, seen, oldestMs }: TimelineRuns, { count, otherId, fromMs }: TimelineRange) {
  const isWhole = seen < (otherId === null ? count + 1 : timelineReach);
  const shown = runs.slice(0, isWhole && runs.length <= count ? runs.length : count);
  if (isWhole && shown.length === runs.length) return { shown, completeMs: fromMs };
  const firstShownMs = runs.length > count ? (shown.at(-1)?.startedMs ?? fromMs) : (oldestMs ?? fromMs);
  return { shown, completeMs: Math.max(fromMs, firstShownMs) };
}

function firesShown(plans: readonly FirePlan[], range: { fromMs: number; untilMs: number }) {
  const { fires, isMore } = comingFires(plans, { ...range, limit: limits.timelineFiresPerRow });
  return {
    fires: fires.map(({ atMs, job, hosts }) => ({ at: iso(atMs), job, hosts })),
    firesUntil: iso(isMore ? (fires.at(-1)?.atMs ?? range.untilMs) : range.untilMs),
  };
}

function runView({ id, state, job, host, startedMs, finishedMs }: TimelineRunRow): Row['runs'][number] {
  return { id, state, job, host, startedAt: iso(startedMs), finishedAt: finishedMs === null ? null : iso(finishedMs) };
}

function missView({ verdict, job, host, fromMs, toMs, occurrences }: TimelineMissRow): Row['misses'][number] {
  return { verdict, job, host, from: iso(fromMs), to: iso(toMs), occurrences };
}

function hourView({ hour, total, bad }: TimelineHourRow): Row['hours'][number] {
  return { hour: iso(hour * hourMs), total, bad };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
