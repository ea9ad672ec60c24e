import { createHash } from 'node:crypto';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import { newId } from '../lib/new-id.js';
import type { UnnumberedEvent } from '../state/event-log.js';
import type { MemoryOutputSource } from './memory-output.js';
import type { Play } from './play.js';

export type Started = Extract<RunEvent, { kind: 'run.started' }>;
type Finished = Extract<RunEvent, { kind: 'run.finished' }>;

/** How a run ends; a command ends it before its time. */
export type End = Omit<Play, 'state' | 'reason' | 'durationMs'> & Pick<Finished, 'state' | 'reason'>;

/** Puts what a run wrote where it is sent from. @returns the event of its end, and the hash of its standard output */
export function endOfRun(
  started: Started,
  { startedMs, finishedMs }: { readonly startedMs: number; readonly finishedMs: number },
  { state, reason, exitCode, stdout, stderr }: End,
  output: MemoryOutputSource,
): { readonly event: UnnumberedEvent; readonly stdoutSha256: string } {
  const { runId } = started;
  const at = new Date(finishedMs).toISOString();
  const written = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
  for (const stream of ['stdout', 'stderr'] as const)
    if (written[stream].length > 0) output.add(runId, stream, written[stream], finishedMs);
  const summaries = { stdout: summary(written.stdout), stderr: summary(written.stderr), encoding: 'utf-8' as const };
  const data: Finished = {
    ...started,
    kind: 'run.finished',
    finishedAt: at,
    durationMs: finishedMs - startedMs,
    state,
    reason,
    exitCode,
    output: summaries,
  };
  return { event: { eventId: newId(finishedMs), at, data }, stdoutSha256: summaries.stdout.sha256 };
}

function summary(data: Buffer) {
  return { bytes: data.length, stored: data.length, sha256: createHash('sha256').update(data).digest('hex') };
}
