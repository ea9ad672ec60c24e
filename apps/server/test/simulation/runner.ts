import { existsSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@carillon/agent/lib/new-id';
import { dropEvent } from '@carillon/agent/runner/drop-event';
import { writeIfRoom, writeOutcome } from '@carillon/agent/runner/full-disk';
import { OutputFileWriter, outputFileOf } from '@carillon/agent/runner/output-file';
import {
  type RunningFile,
  removeRunning,
  renewMs,
  renewRunning,
  writeRunning,
} from '@carillon/agent/runner/running-file';
import { takeTicket } from '@carillon/agent/runner/start-ticket';
import { stopFileOf } from '@carillon/agent/runner/stop-orders';
import type { AgentFolder } from '@carillon/agent/state/agent-folder';
import { loadManifest } from '@carillon/agent/state/desired-cache';
import type { RunEvent } from '@carillon/contract/agent/event-messages';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { excuse, type Ledger, type TrueRun } from './ledger.js';
import { type Process, world } from './world.js';

const stopPollMs = 1_000;
const nothing = { bytes: 0, stored: 0, sha256: sha256Hex('') };

export interface RunnerFacts {
  readonly process: Process;
  readonly folder: AgentFolder;
  readonly hostId: string;
  readonly jobId: string;
  readonly signerKeys: readonly string[];
  /** Started by the agent: a run only if its ticket is there. */
  readonly onDemand: boolean;
  readonly ledger: Ledger;
  readonly onRun: (run: TrueRun) => void;
  /** Its program is about to start. */
  readonly onProgram: (run: TrueRun) => void;
}

/**
 * One start of a task, from the ticket to the last word: the real runner's files in the real runner's order (run-job.ts),
 * with nothing but a wait for a program.
 */
export async function simulateRun(facts: RunnerFacts): Promise<void> {
  const { folder, ledger, process, hostId, jobId } = facts;
  const { random } = world();
  const manifest = loadManifest(folder.jobs, jobId, facts.signerKeys);
  const nowMs = Date.now();
  const ticket = takeTicket(folder.tickets, jobId);
  const valid = ticket && ticket.expiresAtMs >= nowMs ? ticket : undefined;
  // Its clock went past the ticket's life while the start was under way.
  if (ticket && !valid) ledger.diedEarly.add(hostId);
  if (facts.onDemand && !valid) return;
  const startedAt = new Date(nowMs).toISOString();
  const runId = valid?.runId ?? newId(nowMs);
  const commandId = valid?.commandId ?? null;
  const identity = { runId, jobId, version: manifest.version, scheduledFor: null, startedAt, commandId } as const;
  const running: RunningFile = {
    identity: { ...identity, trigger: valid ? 'command' : 'schedule' },
    pid: process.pid,
    encoding: 'auto',
  };
  const run = ledger.began({ runId, hostId, jobId, version: manifest.version, commandId, startedMs: world().trueMs });
  facts.onRun(run);
  excuse(run, 'its runner died before it was on record', 'absent');
  writeIfRoom(folder, () => writeRunning(folder.running, running));
  const tell = (data: RunEvent) =>
    writeIfRoom(folder, () => dropEvent(folder.drop, { eventId: newId(), at: startedAt, data }));
  const isTold = tell({ kind: 'run.started', ...running.identity });

  // Now the program runs. It is on record and on the platter, but where the disk was full.
  if (isTold) run.excused.delete('absent');
  ledger.executed(run);
  facts.onProgram(run);
  world().tell(
    () => `run ${runId} of v${manifest.version} begins${commandId === null ? '' : ` for command ${commandId}`}`,
  );
  const isStopped = await program(
    folder,
    running,
    random.chance(0.1) ? random.between(8_000, 25_000) : random.between(50, 4_000),
  );

  const state = isStopped ? 'killed' : random.chance(0.2) ? 'failed' : 'succeeded';
  run.state = state;
  run.endedMs = world().trueMs;
  excuse(run, 'its runner died before its last word was on disk', 'indeterminate');
  world().tell(() => `run ${runId} ${state}`);
  const output = writeOutput(folder, runId);
  const finishedAt = new Date().toISOString();
  const eventId = newId();
  const finished: RunEvent = {
    kind: 'run.finished',
    ...running.identity,
    finishedAt,
    durationMs: Math.max(0, Math.round(run.endedMs - run.startedMs)),
    state,
    reason: isStopped ? 'stopped_by_command' : null,
    exitCode: state === 'succeeded' ? 0 : 1,
    output: { stdout: { ...nothing, bytes: output, stored: output }, stderr: nothing, encoding: 'auto' },
  };
  const isWritten = await writeOutcome(folder, () =>
    dropEvent(folder.drop, { eventId, at: finishedAt, data: finished }),
  );
  run.excused.delete('indeterminate');
  run.writtenMs = world().trueMs;
  if (!isWritten) excuse(run, 'the disk was full for minutes after its end', 'absent', 'running', 'indeterminate');
  removeRunning(folder.running, runId);
}

/** @returns whether it was told to stop */
async function program(folder: AgentFolder, running: RunningFile, durationMs: number): Promise<boolean> {
  const stopFile = stopFileOf(folder.stops, running.identity.runId);
  const renewal = setInterval(() => renewRunning(folder.running, running, Date.now()), renewMs);
  let isStopped = false;
  for (let leftMs = durationMs; leftMs > 0 && !isStopped; leftMs -= stopPollMs) {
    await wait(Math.min(leftMs, stopPollMs));
    isStopped = existsSync(stopFile);
  }
  clearInterval(renewal);
  rmSync(stopFile, { force: true });
  return isStopped;
}

/** @returns bytes kept */
function writeOutput(folder: AgentFolder, runId: string): number {
  const data = Buffer.from(`run ${runId}\n`);
  try {
    const file = new OutputFileWriter(outputFileOf(folder.output, runId));
    file.write({ stream: 'stdout', offset: 0, atMs: Date.now(), droppedBefore: 0, data });
    file.close();
    return data.length;
  } catch {
    return 0;
  }
}
