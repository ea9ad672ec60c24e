import type { LedgerRun } from '@carillon/contract/fleet/messages';

/** A run as the centre has it. */
export interface RecordedRun {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly exitCode: number | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** Null where it was not asked. */
  readonly stdoutSha256: string | null;
}

export interface Comparison {
  /** That happened on the hosts. */
  readonly runs: number;
  /** Of those, the ones that the centre has. */
  readonly recorded: number;
  readonly lost: number;
  /** Rows beyond the first of a run, and rows of runs that no host knows. */
  readonly duplicated: number;
  /** Recorded with another end than the host's. */
  readonly wrong: number;
  /** The first of each kind, in words. */
  readonly examples: readonly string[];
}

export interface Difference {
  readonly kind: 'lost' | 'duplicated' | 'wrong';
  readonly runId: string;
  readonly host: string;
  /** In words, without the kind. */
  readonly text: string;
}

export interface Tolerance {
  /** How far the two may put a start or an end apart. A program that keeps its own book begins a little after its runner. */
  readonly timesWithinMs?: number;
}

const mostExamples = 10;

/** Compares what happened on the hosts with what the centre has of it. Times are compared to the millisecond. */
export function compareRuns(ledger: readonly LedgerRun[], recorded: readonly RecordedRun[]): Comparison {
  const found = differencesOf(ledger, recorded);
  const count = (kind: Difference['kind']) => found.filter((each) => each.kind === kind).length;
  const lost = count('lost');
  return {
    runs: ledger.length,
    recorded: ledger.length - lost,
    lost,
    duplicated: count('duplicated'),
    wrong: count('wrong'),
    examples: found.slice(0, mostExamples).map(({ kind, text }) => `${kind}: ${text}`),
  };
}

/** Everything in which the centre's record is not what happened on the hosts, in the order of the ledger. */
export function differencesOf(
  ledger: readonly LedgerRun[],
  recorded: readonly RecordedRun[],
  tolerance: Tolerance = {},
): Difference[] {
  const rows = new Map<string, RecordedRun[]>();
  for (const run of recorded) {
    const same = rows.get(run.id);
    if (same) same.push(run);
    else rows.set(run.id, [run]);
  }
  const known = new Set(ledger.map((run) => run.runId));
  const found: Difference[] = [];
  const note = (kind: Difference['kind'], { runId, host }: Pick<LedgerRun, 'runId' | 'host'>, rest: string) =>
    found.push({ kind, runId, host, text: `run ${runId} of ${host}${rest}` });
  for (const run of ledger) {
    const [row, ...more] = rows.get(run.runId) ?? [];
    if (!row) {
      note('lost', run, `, started ${run.startedAt}`);
      continue;
    }
    for (const _row of more) note('duplicated', run, '');
    const difference = differenceOf(run, row, tolerance);
    if (difference) note('wrong', run, `: ${difference}`);
  }
  for (const run of recorded)
    if (!known.has(run.id)) note('duplicated', { runId: run.id, host: run.host }, ', which no host knows');
  return found;
}

function differenceOf(
  { startedAt, end }: LedgerRun,
  row: RecordedRun,
  { timesWithinMs = 0 }: Tolerance,
): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['started', Date.parse(startedAt), Date.parse(row.startedAt)],
    ['state', end?.state ?? 'running', row.state],
    ['exit code', end?.exitCode ?? null, row.exitCode],
    ['finished', end ? Date.parse(end.finishedAt) : null, row.finishedAt === null ? null : Date.parse(row.finishedAt)],
    ...(row.stdoutSha256 === null ? [] : [['output', end?.stdoutSha256, row.stdoutSha256] as const]),
  ];
  const areTimes = (what: string) => what === 'started' || what === 'finished';
  const different = pairs.find(([what, host, centre]) =>
    areTimes(what) && typeof host === 'number' && typeof centre === 'number'
      ? Math.abs(host - centre) > timesWithinMs
      : host !== centre,
  );
  return different && `${different[0]}: ${String(different[1])} on the host, ${String(different[2])} in the centre`;
}
