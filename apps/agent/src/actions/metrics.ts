import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { headerOf, type MetricsSample, type MetricsSpec, rowOf } from '@carillon/core/action/metrics';
import { cpuPercentBetween, cpuTimes, diskPercent, memoryPercent } from '../lib/host-metrics.js';
import type { ActionContext, ActionResult } from './action-context.js';
import { addRow } from './log-file.js';
import { lookAtProc, lookByPowershell, type ProcessLooks, useOf } from './process-use.js';
import { placeOf } from './save-file.js';
import { statesOfServices } from './service-states.js';

/** How long processors are watched. */
const windowMs = 1_000;

/** Measures the host once and adds a row to the log of it. What cannot be measured is named, and its cell stays empty. */
export async function takeSample(
  spec: MetricsSpec,
  context: ActionContext,
  measure: typeof measureHost = measureHost,
): Promise<ActionResult> {
  const { report, isDryRun } = context;
  const place = placeOf(spec.log, 'log', context);
  const sample = await measure(spec, context);
  const [header, row] = [headerOf(spec.format, sample), rowOf(spec.format, sample)];
  for (const line of [header, row]) if (line !== '') report.say(line.trimEnd());
  for (const { name, percent } of sample.disks) if (percent === null) report.problem(`disks: ${name} is not there`);
  if (isDryRun) {
    report.say(`would add this to ${place.name} in ${place.folder}`);
    return { rows: 0 };
  }
  const { rotated, mended, newestAtMs } = addRow(place, spec, { header, row, nowMs: sample.atMs });
  if (mended) report.say(`${place.name}: a run that was cut short left half a row, which is gone`);
  if (rotated !== null) report.say(`${place.name}: the file before this one was put aside (${rotated})`);
  const clockWentBack = newestAtMs !== undefined && newestAtMs > sample.atMs;
  if (clockWentBack)
    report.say(`${place.name}: the clock went back: the row before is of ${new Date(newestAtMs).toISOString()}`);
  return { rows: 1, cpuPercent: sample.cpuPercent, memoryPercent: sample.memoryPercent, rotated, clockWentBack };
}

async function measureHost(spec: MetricsSpec, { nowMs, report }: ActionContext): Promise<MetricsSample> {
  const services = await statesOfServices(spec.services).catch((error: Error) => {
    report.problem(error.message);
    return spec.services.map((name) => ({ name, state: 'unknown' }));
  });
  const isWindows = process.platform === 'win32';
  const before = { cpu: cpuTimes(), processes: isWindows ? [] : lookIfAny(spec), atMs: performance.now() };
  await delay(windowMs);
  const cpuPercent = cpuPercentBetween(before.cpu, cpuTimes()) ?? null;
  const elapsedMs = performance.now() - before.atMs;
  // PowerShell looks twice itself, and only once the host's own load is measured: starting it is load too.
  const looks: ProcessLooks =
    isWindows && spec.processes.length > 0
      ? await lookByPowershell(spec.processes, windowMs)
      : { before: before.processes, after: lookIfAny(spec), elapsedMs };
  const disks = (spec.disks ?? [systemDisk()]).map((name) => ({ name, percent: diskPercent(name) ?? null }));
  return {
    atMs: nowMs,
    cpuPercent,
    memoryPercent: memoryPercent(),
    disks,
    processes: useOf(spec.processes, looks),
    services,
  };
}

function lookIfAny({ processes }: MetricsSpec) {
  return processes.length === 0 || process.platform === 'win32' ? [] : lookAtProc(processes);
}

function systemDisk(): string {
  return process.platform === 'win32' ? (process.env.SystemDrive ?? 'C:').toUpperCase() : '/';
}
