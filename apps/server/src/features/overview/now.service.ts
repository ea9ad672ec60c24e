import { missedVerdicts } from '@carillon/contract/http/missed-runs.routes';
import type { nowRoutes } from '@carillon/contract/http/now.routes';
import type { Response } from '@carillon/contract/http/route';
import { startsBySlot } from '@carillon/core/timeline/starts-by-slot';
import { Inject, Injectable } from '@nestjs/common';
import { FirePlansStore } from '../../store/fire-plans.store.js';
import { type MinuteRow, NowStore } from '../../store/now.store.js';

type Routes = typeof nowRoutes;
type Load = Response<Routes['load']>;

const minuteMs = 60_000;
const shownMinutes = 60;
const missesSpanMs = 24 * 3_600_000;
const shownVersions = 10;
const shownKeys = 50;
const shownGroups = 30;
const shownUnreached = 100;
const slotMinutes = 5;
const loadSpanMs = 3_600_000;
/** Of so many jobs the coming hour is worked out. */
const loadJobs = 2_000;
/** What is coming changes slowly, and working it out costs more than a query. */
const loadKeptMs = 30_000;

/** What is happening now, for the first page. */
@Injectable()
export class NowService {
  private latestLoad: { readonly atMs: number; readonly load: Promise<Load> } | undefined;

  constructor(
    @Inject(NowStore) private readonly store: NowStore,
    @Inject(FirePlansStore) private readonly plans: FirePlansStore,
  ) {}

  async activity(nowMs: number): Promise<Response<Routes['activity']>> {
    const toMinute = Math.floor(nowMs / minuteMs);
    const fromMinute = toMinute - shownMinutes + 1;
    const [minutes, misses, agentVersions] = await Promise.all([
      this.store.minutes(fromMinute, toMinute),
      this.store.misses(nowMs - missesSpanMs),
      this.store.agentVersions(shownVersions),
    ]);
    const byVerdict = new Map(misses.map(({ verdict, occurrences }) => [verdict, occurrences]));
    return {
      at: iso(nowMs),
      minutes: everyMinute(minutes, fromMinute),
      misses: Object.fromEntries(missedVerdicts.map((verdict) => [verdict, byVerdict.get(verdict) ?? 0])) as Response<
        Routes['activity']
      >['misses'],
      agentVersions,
    };
  }

  /** @param wanted key of the label to count by */
  async fleet(wanted: string | undefined): Promise<Response<Routes['fleet']>> {
    const keys = await this.store.labelKeys(shownKeys);
    const label = wanted ?? keys[0] ?? null;
    const groups = await this.store.fleet(label, shownGroups + 1);
    return { keys, label, groups: groups.slice(0, shownGroups), isMore: groups.length > shownGroups };
  }

  async unreached(): Promise<Response<Routes['unreached']>> {
    const rows = await this.store.unreached(shownUnreached);
    return {
      items: rows.map(({ problem, sinceMs, ...row }) => ({
        ...row,
        health: problem ? ('stopped' as const) : ('failing' as const),
        problem: problem && { ...problem },
        since: sinceMs === null ? null : iso(sinceMs),
      })),
    };
  }

  /** The same for all who ask within half a minute. */
  load(nowMs: number): Promise<Load> {
    const { latestLoad } = this;
    if (latestLoad && nowMs - latestLoad.atMs < loadKeptMs) return latestLoad.load;
    const load = this.workOutLoad(nowMs);
    this.latestLoad = { atMs: nowMs, load };
    load.catch(() => {
      // The next to ask tries again.
      this.latestLoad = undefined;
    });
    return load;
  }

  private async workOutLoad(nowMs: number): Promise<Load> {
    const ids = await this.store.jobIds(loadJobs + 1);
    const plans = await this.plans.ofJobs(ids.slice(0, loadJobs));
    const range = { fromMs: nowMs, untilMs: nowMs + loadSpanMs };
    const slots = startsBySlot([...plans.values()].flat(), range, slotMinutes * minuteMs);
    return {
      everyMinutes: slotMinutes,
      items: slots.map(({ fromMs, starts }) => ({ from: iso(fromMs), starts })),
      isMore: ids.length > loadJobs,
    };
  }
}

/** Minutes without a run too, so that a chart needs no gaps filled. */
function everyMinute(rows: readonly MinuteRow[], fromMinute: number) {
  const byMinute = new Map(rows.map((row) => [row.minute, row]));
  return Array.from({ length: shownMinutes }, (_, index) => {
    const row = byMinute.get(fromMinute + index);
    const minute = iso((fromMinute + index) * minuteMs);
    return { minute, started: row?.started ?? 0, bad: Math.max(0, row?.bad ?? 0) };
  });
}

const iso = (ms: number) => new Date(ms).toISOString();
