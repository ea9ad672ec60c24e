import { uptime } from 'node:os';
import type { RunEvent } from '@carillon/contract/agent/messages';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { fillTemplate } from '@carillon/core/run/template';
import { hostTimezone } from '../lib/host-timezone.js';
import { newId } from '../lib/new-id.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { loadManifest } from '../state/desired-cache.js';
import { loadAgentId, loadSignerKeys } from '../state/identity.js';
import { dropEvent } from './drop-box.js';
import { writeIfRoom, writeOutcome } from './full-disk.js';
import { readJobMemory, rememberEnd, rememberStart } from './job-memory.js';
import { planLaunch } from './launch-plan.js';
import { OutputFileWriter, outputFileOf } from './output-file.js';
import { StreamRecorder, streamAllowance } from './output-recorder.js';
import { runAttempts } from './run-attempts.js';
import { runProgram } from './run-program.js';
import { isJobRunning, removeRunning, renewMs, renewRunning, writeRunning } from './running-file.js';
import { scriptFileOf } from './script-file.js';
import { explainStart, type StartReason } from './start-reason.js';
import { takeTicket } from './start-ticket.js';
import { StopWatch } from './stop-orders.js';

type Started = Extract<RunEvent, { kind: 'run.started' }>;

export type RunResult =
  /** Task Scheduler gets the program's own exit code, so that its history tells the truth too. */
  | { readonly ran: true; readonly runId: string; readonly exitCode: number }
  | { readonly ran: false; readonly reason: string };

/**
 * One start of a job by Task Scheduler, from the reason to the last event. Everything is written to the spool, on disk,
 * whether or not the agent or the centre is up.
 * @throws Error when the job is not known here or its definition is not signed by a pinned key
 */
export async function runJob(folder: AgentFolder, jobId: string, env: NodeJS.ProcessEnv): Promise<RunResult> {
  const manifest = loadManifest(folder.jobs, jobId, loadSignerKeys(folder));
  const reason = explainStart(manifest, {
    nowMs: Date.now(),
    hostTimezone: hostTimezone(env),
    bootedMs: Date.now() - uptime() * 1_000,
    ...spreadKeyOf(loadAgentId(folder), jobId),
    ticket: takeTicket(folder.tickets, jobId),
    isRunning: isJobRunning(folder.running, jobId),
    ...readJobMemory(folder.answered, jobId),
  });
  if (!reason.run) return { ran: false, reason: reason.reason };

  // 1. The run is on record before the program starts.
  const started = startedEvent(manifest, reason);
  const { runId } = started;
  const { kind: _, ...identity } = started;
  const running = { identity, pid: process.pid, encoding: manifest.output.encoding };
  writeIfRoom(folder, () => writeRunning(folder.running, running));
  writeIfRoom(folder, () => dropEvent(folder.drop, { eventId: newId(), at: started.startedAt, data: started }));
  writeIfRoom(folder, () => rememberStart(folder.answered, jobId, reason.answeredMs, Date.parse(started.startedAt)));

  // Until the last word is on disk: nothing here may outlive the run, and no signal may cut it short.
  const stop = new StopWatch(folder.stops, runId);
  const renewal = setInterval(() => renewRunning(folder.running, running, Date.now()), renewMs);
  try {
    // 2. The program.
    const { outcome, durationMs, attempts, output } = await runRecorded(folder, manifest, started, env, stop.signal);

    // 3. The outcome, on disk before the run stops being "running".
    const finishedAt = new Date().toISOString();
    const finished = {
      eventId: newId(),
      at: finishedAt,
      data: { ...started, kind: 'run.finished' as const, finishedAt, durationMs, attempts, ...outcome, output },
    };
    await writeOutcome(folder, () => dropEvent(folder.drop, finished));
    writeIfRoom(folder, () => rememberEnd(folder.answered, jobId, Date.parse(finishedAt)));
    removeRunning(folder.running, runId);
    return { ran: true, runId, exitCode: outcome.exitCode ?? 1 };
  } finally {
    clearInterval(renewal);
    stop.close();
  }
}

/** Runs a job's program with its output going to the run's file. */
async function runRecorded(
  folder: AgentFolder,
  manifest: Manifest,
  started: Started,
  env: NodeJS.ProcessEnv,
  stop: AbortSignal,
) {
  const file = new OutputFileWriter(outputFileOf(folder.output, started.runId));
  const { headBytes, tailBytes } = streamAllowance(manifest.output.keepBytes);
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map(
    (name) => new StreamRecorder(name, file, headBytes, tailBytes, Date.now),
  ) as [StreamRecorder, StreamRecorder];
  const scriptFile = scriptFileOf(folder.scripts, manifest);
  const settings = { timeoutMs: manifest.timeoutMs, stop };
  const start = async (attempt: number) => {
    const run = filledIn(manifest, started, attempt, hostTimezone(env));
    const plan = planLaunch(run, { platform: process.platform, env, scriptFile });
    const environment = environmentOf(manifest, run.environment, started, attempt, env);
    const { workingDirectory } = run;
    return (await runProgram(plan, { ...settings, workingDirectory, environment }, { stdout, stderr })).end;
  };
  const note = (line: string) => stderr.write(Buffer.from(`${line}\n`));
  const attempts = await runAttempts(manifest, start, { stop, note });
  const output = { stdout: stdout.end(), stderr: stderr.end(), encoding: manifest.output.encoding };
  file.close();
  return { ...attempts, output };
}

/** What the job runs, with its placeholders filled in. Scripts stay as they are: they read the variables. */
function filledIn(manifest: Manifest, started: Started, attempt: number, timezone: string): Manifest['run'] {
  const facts = {
    job: manifest.name,
    runId: started.runId,
    attempt,
    scheduledForMs: started.scheduledFor === null ? null : Date.parse(started.scheduledFor),
    startedMs: Date.parse(started.startedAt),
    timezone,
  };
  const fill = (text: string) => fillTemplate(text, facts);
  const { run } = manifest;
  const environment = Object.fromEntries(Object.entries(run.environment).map(([name, text]) => [name, fill(text)]));
  return run.kind === 'program' ? { ...run, arguments: run.arguments.map(fill), environment } : { ...run, environment };
}

function startedEvent(manifest: Manifest, reason: Extract<StartReason, { run: true }>): Started {
  const nowMs = Date.now();
  return {
    kind: 'run.started',
    runId: reason.ticket?.runId ?? newId(nowMs),
    jobId: manifest.jobId,
    version: manifest.version,
    trigger: reason.trigger,
    scheduledFor: reason.scheduledForMs === null ? null : new Date(reason.scheduledForMs).toISOString(),
    startedAt: new Date(nowMs).toISOString(),
    commandId: reason.ticket?.commandId ?? null,
  };
}

/** The job's own variables last; ours tell a program which run it is. The agent's own settings stay out. */
function environmentOf(
  manifest: Manifest,
  own: Readonly<Record<string, string>>,
  started: Started,
  attempt: number,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toUpperCase().startsWith('CARILLON_')),
  );
  return {
    ...inherited,
    CARILLON_JOB: manifest.name,
    CARILLON_JOB_VERSION: String(manifest.version),
    CARILLON_RUN_ID: started.runId,
    CARILLON_SCHEDULED_FOR: started.scheduledFor ?? '',
    CARILLON_ATTEMPT: String(attempt),
    ...own,
  };
}
