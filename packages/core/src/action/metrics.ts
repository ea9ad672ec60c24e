import { sizeAsWritten } from '../job/as-written.js';
import { describeDuration } from '../job/describe-schedule.js';
import { csvLine } from '../run/csv.js';
import { metricsDefaults } from './action-limits.js';

export const metricsFormats = ['csv', 'jsonl'] as const;
export type MetricsFormat = (typeof metricsFormats)[number];

/** What a run measures, and the file that it adds a row to. */
export interface MetricsSpec {
  readonly log: string;
  readonly format: MetricsFormat;
  readonly keep: {
    /** Older files beside the one that is written. */
    readonly files: number;
    /** Of one file. */
    readonly bytes: number;
    /** A file whose first row is older is put aside too; null: only by size. */
    readonly rotateAfterMs: number | null;
  };
  /** Names without `.exe`. */
  readonly processes: readonly string[];
  readonly services: readonly string[];
  /** Drives or folders; null: the one that the system is on. */
  readonly disks: readonly string[] | null;
}

/** One look at a host. Shares are 0-100, of all processors and of all memory; null: it could not be measured. */
export interface MetricsSample {
  readonly atMs: number;
  readonly cpuPercent: number | null;
  readonly memoryPercent: number;
  readonly disks: readonly { readonly name: string; readonly percent: number | null }[];
  readonly processes: readonly ({ readonly name: string } & ProcessUse)[];
  /** `running`, `stopped`, `missing`, or another word of the system. */
  readonly services: readonly { readonly name: string; readonly state: string }[];
}

/** All processes of a name together. */
export interface ProcessUse {
  readonly count: number;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
}

/** The form of a job file. */
export function metricsAsWritten(spec: MetricsSpec): Readonly<Record<string, unknown>> {
  const { files, bytes, rotateAfterMs } = spec.keep;
  const keep = {
    ...(files === metricsDefaults.files ? {} : { files }),
    ...(bytes === metricsDefaults.bytes ? {} : { bytes: sizeAsWritten(bytes) }),
    ...(rotateAfterMs === null ? {} : { rotateAfter: describeDuration(rotateAfterMs) }),
  };
  return {
    log: spec.log,
    ...(spec.format === 'csv' ? {} : { format: spec.format }),
    ...(Object.keys(keep).length > 0 ? { keep } : {}),
    ...(spec.processes.length > 0 ? { processes: spec.processes } : {}),
    ...(spec.services.length > 0 ? { services: spec.services } : {}),
    ...(spec.disks === null ? {} : { disks: spec.disks }),
  };
}

const columns = ['at', 'cpu_percent', 'memory_percent'] as const;

/** What every log of this action begins with: files that do not are somebody else's. */
export const logSignature: Readonly<Record<MetricsFormat, string>> = { csv: `${columns.join(',')}`, jsonl: '{"at":"' };

/** The first line of a file, its end included; none in JSON lines, which name each value. */
export function headerOf(format: MetricsFormat, sample: MetricsSample): string {
  if (format === 'jsonl') return '';
  return csvLine([
    ...columns,
    ...sample.disks.map(({ name }) => `disk ${name} percent`),
    ...sample.processes.flatMap(({ name }) =>
      ['count', 'cpu_percent', 'memory_bytes'].map((what) => `process ${name} ${what}`),
    ),
    ...sample.services.map(({ name }) => `service ${name}`),
  ]);
}

/** A sample as a line, its end included. Names and states are others' text: none becomes a formula. */
export function rowOf(format: MetricsFormat, sample: MetricsSample): string {
  const at = new Date(sample.atMs).toISOString();
  const [cpu, memory] = [rounded(sample.cpuPercent), rounded(sample.memoryPercent)];
  const disks = sample.disks.map(({ name, percent }) => [name, rounded(percent)] as const);
  if (format === 'csv')
    return csvLine([
      at,
      cpu,
      memory,
      ...disks.map(([, percent]) => percent),
      ...sample.processes.flatMap(({ count, cpuPercent, memoryBytes }) => [count, rounded(cpuPercent), memoryBytes]),
      ...sample.services.map(({ state }) => state),
    ]);
  const processes = sample.processes.map(({ name, count, cpuPercent, memoryBytes }) => ({
    name,
    count,
    cpuPercent: rounded(cpuPercent),
    memoryBytes,
  }));
  const named = disks.map(([name, percent]) => ({ name, percent }));
  const { services } = sample;
  return `${JSON.stringify({ at, cpuPercent: cpu, memoryPercent: memory, disks: named, processes, services })}\n`;
}

/** When a row was written; undefined for what is no row. */
export function timeOfRow(format: MetricsFormat, line: string): number | undefined {
  const text = (format === 'csv' ? /^([^,"]+),/ : /^\{"at":"([^"]+)"/).exec(line)?.[1] ?? '';
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** A file as it is before a row is added. */
export interface LogFacts {
  readonly bytes: number;
  /** Its first line, end included. */
  readonly firstLine: string;
  readonly firstAtMs: number | undefined;
}

export type RotationReason = 'other_columns' | 'size' | 'age';

/** Why a file is put aside before a row is added; undefined: the row goes there. A clock that went back puts nothing aside. */
export function rotationReason(
  { format, keep }: Pick<MetricsSpec, 'format' | 'keep'>,
  log: LogFacts,
  next: { readonly header: string; readonly rowBytes: number; readonly nowMs: number },
): RotationReason | undefined {
  if (log.bytes === 0) return undefined;
  if (format === 'csv' && log.firstLine !== next.header) return 'other_columns';
  if (log.bytes + next.rowBytes > keep.bytes) return 'size';
  const { firstAtMs } = log;
  return keep.rotateAfterMs !== null && firstAtMs !== undefined && next.nowMs - firstAtMs >= keep.rotateAfterMs
    ? 'age'
    : undefined;
}

/** `metrics.csv` -> `metrics.2.csv`, so that it still opens with what reads such files. */
export function rotatedName(name: string, number: number): string {
  const at = name.lastIndexOf('.');
  return at <= 0 ? `${name}.${number}` : `${name.slice(0, at)}.${number}${name.slice(at)}`;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
