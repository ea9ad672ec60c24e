import { uptime } from 'node:os';
import { judgeOrphan, orphanedReason } from '@carillon/core/desired/orphan';
import { describePause, isPaused, pausedReason } from '@carillon/core/desired/pause';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import { judgeOverlap, type OverlapVerdict } from '@carillon/core/run/overlap';
import { newId } from '../lib/new-id.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { loadContact } from '../state/contact.js';
import { loadAgentId } from '../state/identity.js';
import { loadPause } from '../state/pause-file.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { writeIfRoom } from './full-disk.js';
import { underJobLock } from './job-lock.js';
import { readJobMemory, rememberStart } from './job-memory.js';
import { type RunningFile, runsOfJob, writeRunning } from './running-file.js';
import { explainStart, type StartReason } from './start-reason.js';
import { holdTicket } from './start-ticket.js';

export type StartClaim =
  /** A fire that the schedule does not mean; leaves no run. */
  | { readonly kind: 'gated'; readonly reason: string }
  | {
      readonly kind: 'skipped';
      readonly run: RunningFile;
      readonly reason: string;
      readonly message: RunDetail;
      /** To be called when the skipped run is on record. */
      recorded(): void;
    }
  /** The run is ours, and on record as under way; what it has to wait for stands in the verdict. */
  | { readonly kind: 'claimed'; readonly run: RunningFile; readonly overlap: Exclude<OverlapVerdict, { act: 'skip' }> };

/**
 * Decides whether this start of a job is a run, alone among the runners of the job.
 * @param startedMs when Task Scheduler began this start
 */
export function claimStart(
  folder: AgentFolder,
  manifest: Manifest,
  env: NodeJS.ProcessEnv,
  startedMs: number,
): Promise<StartClaim> {
  return underJobLock(folder.running, manifest.jobId, () => decide(folder, manifest, env, startedMs));
}

function decide(folder: AgentFolder, manifest: Manifest, env: NodeJS.ProcessEnv, startedMs: number): StartClaim {
  const { jobId } = manifest;
  const nowMs = Date.now();
  const underWay = runsOfJob(folder.running, jobId);
  const held = holdTicket(folder.tickets, jobId);
  const recorded = () => held?.release();
  const reason = explainStart(manifest, {
    nowMs,
    startedMs,
    hostTimezone: hostTimezone(env),
    bootedMs: nowMs - uptime() * 1_000,
    ...spreadKeyOf(loadAgentId(folder), jobId),
    ticket: held?.ticket,
    isRunning: underWay.length > 0,
    ...readJobMemory(folder.answered, jobId),
  });
  if (!reason.run) {
    recorded();
    return { kind: 'gated', reason: reason.reason };
  }
  writeIfRoom(folder, () => rememberStart(folder.answered, jobId, reason.answeredMs, nowMs));
  const overlap = judgeOverlap(
    manifest.onOverlap,
    underWay.map(({ identity, isWaiting = false }) => ({ runId: identity.runId, isWaiting })),
  );
  const isWaiting = overlap.act !== 'start' || manifest.when !== undefined;
  const run: RunningFile = {
    identity: identityOf(manifest, reason, nowMs),
    pid: process.pid,
    encoding: manifest.output.encoding,
    ...(isWaiting ? { isWaiting } : {}),
    ...(reason.ticket?.file === undefined ? {} : { file: reason.ticket.file }),
  };
  const pause = loadPause(folder.pause);
  // Somebody who starts it now means now.
  const isByItself = reason.trigger === 'schedule' || reason.trigger === 'watch';
  if (isByItself && pause && isPaused(pause, nowMs))
    return { kind: 'skipped', run, reason: pausedReason, message: describePause(pause), recorded };
  const orphan = isByItself && manifest.orphans ? judgeOrphan(manifest.orphans, lastContactMs(folder), nowMs) : null;
  if (orphan?.orphaned) return { kind: 'skipped', run, reason: orphanedReason, message: orphan.message, recorded };
  if (overlap.act === 'skip')
    return { kind: 'skipped', run, reason: overlap.reason, message: overlap.message, recorded };
  writeIfRoom(folder, () => writeRunning(folder.running, run));
  recorded();
  return { kind: 'claimed', run, overlap };
}

/** Null where the file is not there, cannot be read, or says none. */
function lastContactMs({ contact }: AgentFolder): number | null {
  const { lastContactAt } = loadContact(contact);
  return lastContactAt === null ? null : Date.parse(lastContactAt);
}

function identityOf(
  manifest: Manifest,
  reason: Extract<StartReason, { run: true }>,
  nowMs: number,
): RunningFile['identity'] {
  return {
    runId: reason.ticket?.runId ?? newId(nowMs),
    jobId: manifest.jobId,
    version: manifest.version,
    trigger: reason.trigger,
    scheduledFor: reason.scheduledForMs === null ? null : new Date(reason.scheduledForMs).toISOString(),
    startedAt: new Date(nowMs).toISOString(),
    commandId: reason.ticket?.commandId ?? null,
    ...(reason.ticket?.cause === undefined ? {} : { cause: reason.ticket.cause.slice(0, 1_000) }),
  };
}
