import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { OutputStream } from '@carillon/contract/agent/log-frame';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import { newId } from '../lib/new-id.js';
import { dropEvent } from '../runner/drop-event.js';
import { rememberEnd } from '../runner/job-memory.js';
import { outputFileOf, readOutputRecords } from '../runner/output-file.js';
import { isProcessAlive } from '../runner/process-tree.js';
import { listRunning, type RunningFile, removeRunning, renewMs } from '../runner/running-file.js';
import type { AgentFolder } from '../state/agent-folder.js';
import type { UnnumberedEvent } from '../state/event-log.js';

/** A process id that lives may be another program's by now; without renewals this long it is. */
const staleAfterMs = 8 * renewMs;

/**
 * Finds runs whose runner is gone without a last word (killed, power cut) and reports them as indeterminate: whether
 * their program finished is not known here, and nothing is guessed.
 */
export class LostRunWatch {
  /** Runs that looked stale at the look before: a host that wakes from sleep must get a chance to renew. */
  private suspects = new Set<string>();

  constructor(
    private readonly folder: Pick<AgentFolder, 'running' | 'drop' | 'output' | 'answered'>,
    private readonly isAlive: (pid: number) => boolean = isProcessAlive,
  ) {}

  /** @returns the ids of the runs that were given up */
  look(nowMs: number): string[] {
    const stale = new Set<string>();
    const lost: string[] = [];
    for (const { running, renewedMs } of listRunning(this.folder.running)) {
      const { runId } = running.identity;
      const isStale = nowMs - renewedMs > staleAfterMs;
      if (isStale) stale.add(runId);
      if (this.isAlive(running.pid) && !(isStale && this.suspects.has(runId))) continue;
      dropEvent(this.folder.drop, this.lastWord(running, renewedMs, nowMs));
      rememberEnd(this.folder.answered, running.identity.jobId, Math.round(renewedMs));
      removeRunning(this.folder.running, runId);
      lost.push(runId);
    }
    this.suspects = stale;
    return lost;
  }

  private lastWord({ identity, encoding, isWaiting }: RunningFile, renewedMs: number, nowMs: number): UnnumberedEvent {
    if (isWaiting) return neverStarted(identity, renewedMs, nowMs);
    const durationMs = Math.max(0, Math.round(renewedMs - Date.parse(identity.startedAt)));
    return {
      eventId: newId(nowMs),
      at: new Date(nowMs).toISOString(),
      data: {
        kind: 'run.finished',
        ...identity,
        finishedAt: new Date(Math.round(renewedMs)).toISOString(),
        durationMs,
        state: 'indeterminate',
        reason: 'runner_lost',
        exitCode: null,
        output: { ...this.outputOf(identity.runId), encoding },
      },
    };
  }

  /** Of what reached the disk; the runner alone knew the rest. */
  private outputOf(runId: string) {
    const path = outputFileOf(this.folder.output, runId);
    const records = existsSync(path) ? readOutputRecords(path, 0, Number.POSITIVE_INFINITY).records : [];
    const summary = (stream: OutputStream) => {
      const data = Buffer.concat(records.filter((record) => record.stream === stream).map((record) => record.data));
      return { bytes: data.length, stored: data.length, sha256: createHash('sha256').update(data).digest('hex') };
    };
    return { stdout: summary('stdout'), stderr: summary('stderr') };
  }
}

/** Of a run whose program was not started yet nothing is unknown. */
function neverStarted(identity: RunningFile['identity'], renewedMs: number, nowMs: number): UnnumberedEvent {
  const finishedAt = new Date(Math.round(renewedMs)).toISOString();
  const message: RunDetail = 'its runner ended while the run was waiting';
  const data = { kind: 'run.skipped' as const, ...identity, finishedAt, reason: 'runner_lost', message };
  return { eventId: newId(nowMs), at: new Date(nowMs).toISOString(), data };
}
