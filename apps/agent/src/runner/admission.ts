import { setTimeout as wait } from 'node:timers/promises';
import type { Conditions } from '@carillon/core/job/job-spec';
import { type ConditionFacts, judgeConditions } from '@carillon/core/run/conditions';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import type { OverlapVerdict } from '@carillon/core/run/overlap';
import { filesMatching } from '../lib/file-pattern.js';
import { cpuPercentBetween, cpuTimes, memoryPercent } from '../lib/host-metrics.js';
import { stoppedBy } from './stop-orders.js';

/** How the program of a claimed run comes to start, or not. */
export type Admission =
  | { readonly go: true }
  | { readonly go: false; readonly reason: string; readonly message: RunDetail };

export interface AdmissionPorts {
  /** Whether another run is still under way on this host. */
  readonly isUnderWay: (runId: string) => boolean;
  /** Orders another run to end for this one. */
  readonly replace: (runId: string) => void;
  /** Called once for each thing that the run begins to wait for. */
  readonly tellWaiting: (reason: string, message: RunDetail) => void;
  readonly stop: AbortSignal;
  readonly measure?: (conditions: Conditions, stop: AbortSignal) => Promise<ConditionFacts>;
}

const lookMs = 200;
/** How long runs that are replaced may take to end: their grace, the kill, and their last words. */
const replaceMs = 60_000;
const conditionLookMs = 2_000;
const cpuSampleMs = 1_000;

/** Waits for what stands between a claimed run and its program: the runs before it, then its conditions. */
export async function admit(
  overlap: Exclude<OverlapVerdict, { act: 'skip' }>,
  conditions: Conditions | undefined,
  ports: AdmissionPorts,
): Promise<Admission> {
  try {
    const free = overlap.act === 'start' ? go : await waitForRuns(overlap, ports);
    return free.go && conditions ? await waitForConditions(conditions, ports) : free;
  } catch (error) {
    if (!ports.stop.aborted) throw error;
    const by = stoppedBy(ports.stop);
    return { go: false, reason: `stopped_by_${by}`, message: 'stopped before its program was started' };
  }
}

const go: Admission = { go: true };

async function waitForRuns(
  { act, runIds }: Extract<OverlapVerdict, { runIds: readonly string[] }>,
  { isUnderWay, replace, tellWaiting, stop }: AdmissionPorts,
): Promise<Admission> {
  tellWaiting('overlap', `${act === 'replace' ? 'ends' : 'waits for'} run ${runIds.join(', ')}`);
  if (act === 'replace') for (const runId of runIds) replace(runId);
  const deadlineMs = act === 'replace' ? performance.now() + replaceMs : Number.POSITIVE_INFINITY;
  for (let left = runIds; ; ) {
    left = left.filter(isUnderWay);
    if (left.length === 0) return go;
    if (performance.now() >= deadlineMs)
      return {
        go: false,
        reason: 'not_replaced',
        message: `run ${left.join(', ')} did not end within ${replaceMs / 1_000} s`,
      };
    await wait(lookMs, undefined, { signal: stop });
  }
}

async function waitForConditions(conditions: Conditions, ports: AdmissionPorts): Promise<Admission> {
  const { tellWaiting, stop, measure = measureHost } = ports;
  const deadlineMs = performance.now() + conditions.waitUpToMs;
  for (let told: string | undefined; ; ) {
    const verdict = judgeConditions(conditions, await measure(conditions, stop));
    if (verdict.met) return go;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return { go: false, reason: verdict.reason, message: verdict.message };
    if (told !== verdict.reason) tellWaiting(verdict.reason, verdict.message);
    told = verdict.reason;
    await wait(Math.min(conditionLookMs, leftMs), undefined, { signal: stop });
  }
}

/** Measures what the conditions ask for; processors over a second. */
export async function measureHost(
  { fileExists, cpuBelowPercent, memoryBelowPercent }: Conditions,
  stop?: AbortSignal,
): Promise<ConditionFacts> {
  const file = fileExists === undefined ? {} : { fileExists: filesMatching(fileExists).length > 0 };
  const memory = memoryBelowPercent === undefined ? {} : { memoryPercent: memoryPercent() };
  if (cpuBelowPercent === undefined) return { ...file, ...memory };
  const before = cpuTimes();
  await wait(cpuSampleMs, undefined, stop ? { signal: stop } : {});
  const cpuPercent = cpuPercentBetween(before, cpuTimes());
  return { ...file, ...memory, ...(cpuPercent === undefined ? {} : { cpuPercent }) };
}
