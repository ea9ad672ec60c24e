import { createHash } from 'node:crypto';
import type { HostRun } from './judge-drill.js';

/** What to start, as a job's `run`. */
export interface BookProgram {
  readonly program: string;
  readonly arguments: readonly string[];
}

/** In the environment of everything that runs on a host: the file of its book. Runners pass no CARILLON_ variable on. */
export const bookVariable = 'DRILL_BOOK';
/** Longest time that a program works, in tenths of a second. */
const mostTenths = 8;
/** One run in so many fails, so that exit codes can be told wrongly. */
const failsOneIn = 4;
const failure = 3;

/**
 * A program that says in the host's own book that it began, works for a moment, and says how it ends. A shell: hundreds
 * of them run in a drill, and starting Node takes ten times as long.
 */
export function bookProgram(): BookProgram {
  // Process numbers stand in for chance, which a plain shell does not have.
  const script = `
    say() { echo "$CARILLON_RUN_ID|$CARILLON_JOB|$CARILLON_SCHEDULED_FOR|$(date +%s)|$1" >> "$${bookVariable}"; }
    code=0
    [ $(( $$ % ${failsOneIn} )) -eq 0 ] && code=${failure}
    say began
    echo "$CARILLON_RUN_ID"
    sleep "0.$(( $$ % ${mostTenths} + 1 ))"
    say "$code"
    exit "$code"`;
  return { program: '/bin/sh', arguments: ['-c', script] };
}

/**
 * Reads the book of a host: each run as its program wrote it down. One that began twice under one id is there twice.
 * A last line that is cut off belongs to a program that is still writing, and is left out.
 */
export function readBook(host: string, text: string): HostRun[] {
  const runs: HostRun[] = [];
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    const [runId, job, scheduledFor, second, what] = line.split('|');
    if (!runId || job === undefined || what === undefined) continue;
    const at = new Date(Number(second) * 1_000).toISOString();
    if (what === 'began') {
      runs.push({ host, runId, job, jobId: job, scheduledFor: scheduledFor || null, startedAt: at, end: null });
      continue;
    }
    const place = runs.findLastIndex((run) => run.runId === runId && run.end === null);
    const run = runs[place];
    if (run) runs[place] = { ...run, end: endOf(runId, Number(what), at) };
  }
  return runs;
}

function endOf(runId: string, exitCode: number, finishedAt: string): HostRun['end'] {
  const stdoutSha256 = createHash('sha256').update(`${runId}\n`).digest('hex');
  return { finishedAt, state: exitCode === 0 ? 'succeeded' : 'failed', exitCode, stdoutSha256 };
}
