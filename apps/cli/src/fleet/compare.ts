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

const mostExamples = 10;

/** Compares what happened on the hosts with what the centre has of it. Times are compared to the millisecond. */
export function compareRuns(ledger: readonly LedgerRun[], recorded: readonly RecordedRun[]): Comparison {
  const rows = new Map<string, RecordedRun[]>();
  for (const run of recorded) rows.set(run.id, [...(rows.get(run.id) ?? []), run]);
  const known = new Set(ledger.map((run) => run.runId));
  const examples: string[] = [];
  const count = { lost: 0, duplicated: 0, wrong: 0 };
  const note = (kind: keyof typeof count, text: string) => {
    count[kind] += 1;
    if (examples.length < mostExamples) examples.push(`${kind}: ${text}`);
  };
  for (const run of ledger) {
    const [row, ...more] = rows.get(run.runId) ?? [];
    if (!row) {
      note('lost', `run ${run.runId} of ${run.host}, started ${run.startedAt}`);
      continue;
    }
    for (const _row of more) note('duplicated', `run ${run.runId} of ${run.host}`);
    const difference = differenceOf(run, row);
    if (difference) note('wrong', `run ${run.runId} of ${run.host}: ${difference}`);
  }
  for (const run of recorded)
    if (!known.has(run.id)) note('duplicated', `run ${run.id} of ${run.host}, which no host knows`);
  return { runs: ledger.length, recorded: ledger.length - count.lost, ...count, examples };
}

function differenceOf({ startedAt, end }: LedgerRun, row: RecordedRun): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['started', Date.parse(startedAt), Date.parse(row.startedAt)],
    ['state', end?.state ?? 'running', row.state],
    ['exit code', end?.exitCode ?? null, row.exitCode],
    ['finished', end ? Date.parse(end.finishedAt) : null, row.finishedAt === null ? null : Date.parse(row.finishedAt)],
    ...(row.stdoutSha256 === null ? [] : [['output', end?.stdoutSha256, row.stdoutSha256] as const]),
  ];
  const different = pairs.find(([, host, centre]) => host !== centre);
  return different && `${different[0]}: ${String(different[1])} on the host, ${String(different[2])} in the centre`;
}
