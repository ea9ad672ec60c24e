import { setImmediate as turn } from 'node:timers/promises';
import type { loadRoutes } from '@carillon/contract/http/load.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { fireTimes, type LoadRange, loadSum, timetablesOf } from '@carillon/core/load/expected-load';
import { movableJob } from '@carillon/core/load/movable-job';
import type { MovableJob } from '@carillon/core/load/suggest-spread';
import type { FirePlan } from '@carillon/core/timeline/coming-fires';
import { Inject, Injectable } from '@nestjs/common';
import { readLabel } from '../../shared/read-label.js';
import { FirePlansStore } from '../../store/fire-plans.store.js';
import { StartedRunsStore } from '../../store/started-runs.store.js';
import { TimelineStore } from '../../store/timeline.store.js';

type Routes = typeof loadRoutes;
type Filter = Pick<Input<Routes['hour']>, 'job' | 'host' | 'label'>;

interface Expected {
  /** By the minute, of all jobs. */
  readonly starts: Float64Array;
  /** The same of each job that has any. */
  readonly ofJob: ReadonlyMap<string, number>;
  readonly omitted: string[];
}

const minuteMs = 60_000;
const hourMinutes = 60;
const dayMinutes = 24 * hourMinutes;
/** So long at a time nobody else has the processor. */
const turnMs = 5;

/** When how much starts: by the timetables, and as it was. */
@Injectable()
export class LoadService {
  constructor(
    @Inject(FirePlansStore) private readonly plans: FirePlansStore,
    @Inject(TimelineStore) private readonly names: TimelineStore,
    @Inject(StartedRunsStore) private readonly runs: StartedRunsStore,
  ) {}

  async expected({ from, days, ...filter }: Input<Routes['expected']>): Promise<Response<Routes['expected']>> {
    const range = { fromMs: wholeMinute(from), minutes: days * dayMinutes };
    const { starts, omitted } = await expectedOf(await this.plansOf(filter), range);
    const hours = Array.from({ length: days * 24 }, (_, hour) =>
      rounded(starts.subarray(hour * hourMinutes, (hour + 1) * hourMinutes).reduce((sum, value) => sum + value, 0)),
    );
    return { from: iso(range.fromMs), hours, omitted };
  }

  async hour({ from, ...filter }: Input<Routes['hour']>): Promise<Response<Routes['hour']>> {
    const range = { fromMs: wholeMinute(from), minutes: hourMinutes };
    // First: what throws between two promises leaves the other one to itself.
    const label = readLabel(filter.label);
    const [plans, runs] = await Promise.all([this.plansOf(filter), this.runs.byMinute({ ...range, ...filter, label })]);
    const { starts, ofJob, omitted } = await expectedOf(plans, range);
    const jobs = largestJobs(plans, ofJob, range);
    const [started, bad] = [Array<number>(hourMinutes).fill(0), Array<number>(hourMinutes).fill(0)];
    for (const { minute, total, bad: wrong } of runs) {
      if (minute < 0 || minute >= hourMinutes) continue;
      started[minute] = total;
      bad[minute] = wrong;
    }
    return {
      from: iso(range.fromMs),
      fixed: withoutJobs(starts, jobs),
      jobs: jobs.map((job) => ({ ...job, starts: [...job.starts] })),
      started,
      bad,
      omitted,
    };
  }

  /** All timetables that are asked about, by job. */
  private async plansOf({ job, host, label }: Filter): Promise<FirePlan[][]> {
    const jobId = job === undefined ? null : await this.names.idOf('job', job);
    const hostId = host === undefined ? null : await this.names.idOf('host', host);
    // A name that nobody has starts nothing.
    if ((job !== undefined && jobId === null) || (host !== undefined && hostId === null)) return [];
    const wanted = jobId === null ? null : [jobId];
    if (hostId === null) return [...(await this.plans.ofJobs(wanted, readLabel(label))).values()];
    const ofHost = [...(await this.plans.ofHosts([hostId], jobId)).values()].flat();
    const jobs = new Map<string, FirePlan[]>();
    for (const plan of ofHost) jobs.set(plan.job, [...(jobs.get(plan.job) ?? []), plan]);
    return [...jobs.values()];
  }
}

/** Lets others take a turn between timetables: together they can take a while. */
async function expectedOf(plans: readonly FirePlan[][], range: LoadRange): Promise<Expected> {
  const sum = loadSum(range);
  const ofJob = new Map<string, number>();
  const omitted = new Set<string>();
  let looked = 0;
  let turnAtMs = performance.now() + turnMs;
  for (const timetable of timetablesOf(plans.flat())) {
    if (looked > limits.loadFires) {
      for (const job of timetable.hostsOfJob.keys()) if (omitted.size < limits.loadJobs) omitted.add(job);
      continue;
    }
    const times = fireTimes(timetable, range);
    looked += times.reduce((count, { minutes }) => count + minutes.length, 0);
    const ofOne = sum.add(times, timetable.hosts) / timetable.hosts;
    if (ofOne > 0)
      for (const [job, hosts] of timetable.hostsOfJob) ofJob.set(job, (ofJob.get(job) ?? 0) + ofOne * hosts);
    if (performance.now() < turnAtMs) continue;
    await turn();
    turnAtMs = performance.now() + turnMs;
  }
  return { starts: sum.starts(), ofJob, omitted: [...omitted] };
}

/** Of the jobs with the most starts those that can be moved. */
function largestJobs(plans: readonly FirePlan[][], ofJob: ReadonlyMap<string, number>, range: LoadRange): MovableJob[] {
  const size = (group: readonly FirePlan[]) => ofJob.get(group[0]?.job ?? '') ?? 0;
  const found: MovableJob[] = [];
  for (const group of plans.filter((each) => size(each) > 0).sort((a, b) => size(b) - size(a))) {
    const job = movableJob(group, range);
    if (job !== null) found.push(job);
    if (found.length === limits.loadJobs) break;
  }
  return found;
}

/** What is left of the load when the starts of jobs that may be moved are taken away. */
function withoutJobs(starts: Float64Array, jobs: readonly MovableJob[]): number[] {
  const rest = [...starts];
  for (const job of jobs) {
    const spread = Math.max(1, job.spreadMinutes);
    for (const [minute, hosts] of job.starts.entries())
      for (let later = minute; hosts > 0 && later < Math.min(rest.length, minute + spread); later += 1)
        rest[later] = Math.max(0, (rest[later] ?? 0) - hosts / spread);
  }
  return rest.map(exact);
}

/** Minutes are added up by whoever shows them: what is left out of each would be missing in the sum. */
function exact(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function wholeMinute(instant: string): number {
  return Math.floor(Date.parse(instant) / minuteMs) * minuteMs;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
