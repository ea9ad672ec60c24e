import type { RunEvent } from '@carillon/contract/agent/event-messages';
import type { Manifest } from '@carillon/core/job/job-spec';
import { readRunAs } from '@carillon/core/job/run-as';
import type { RunDetail } from '@carillon/core/run/detail-texts';
import { traceIdOf } from '@carillon/core/run/trace-id';
import { newId } from '../lib/new-id.js';
import { selfCommand } from '../lib/self-command.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { loadManifest } from '../state/desired-cache.js';
import { loadHostName, loadSignerKeys } from '../state/identity.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { admit } from './admission.js';
import { claimStart } from './claim-start.js';
import { dropEvent } from './drop-event.js';
import { conditionsOf, filledIn } from './filled-in.js';
import { writeIfRoom, writeOutcome } from './full-disk.js';
import { prepareTree } from './hold-tree.js';
import { rememberEnd } from './job-memory.js';
import { type LaunchPlan, planLaunch } from './launch-plan.js';
import { OutputFileWriter, outputFileOf } from './output-file.js';
import { StreamRecorder, streamAllowance } from './output-recorder.js';
import { runAttempts } from './run-attempts.js';
import { runProgram } from './run-program.js';
import { findSecrets, withoutSecrets } from './run-secrets.js';
import { type RunningFile, removeRunning, renewMs, renewRunning, runsOfJob, writeRunning } from './running-file.js';
import { scriptFileOf } from './script-file.js';
import { orderStop, StopWatch } from './stop-orders.js';

/** Variable that names the file whose arrival started a run. */
const arrivedFile = 'CARILLON_FILE';

type Started = Extract<RunEvent, { kind: 'run.started' }>;

export type RunResult =
  /** Task Scheduler gets the program's own exit code, so that its history tells the truth too. */
  | { readonly ran: true; readonly runId: string; readonly exitCode: number }
  | { readonly ran: false; readonly reason: string };

/**
 * One start of a job by Task Scheduler, from the reason to the last event. Everything is written to the spool, on disk,
 * whether or not the agent or the centre is up.
 * @param startedMs when Task Scheduler began it
 * @throws Error when the job is not known here or its definition is not signed by a pinned key
 */
export async function runJob(
  folder: AgentFolder,
  jobId: string,
  env: NodeJS.ProcessEnv,
  startedMs = Date.now(),
): Promise<RunResult> {
  const manifest = loadManifest(folder.jobs, jobId, loadSignerKeys(folder), loadHostName(folder));
  const tell = (data: RunEvent) => {
    const event = { eventId: newId(), at: new Date().toISOString(), data };
    // The end of a run says it all again, so a full disk keeps nobody from going on.
    writeIfRoom(folder, () => dropEvent(folder.drop, event));
  };
  const skip = async (run: RunningFile, reason: string, message: RunDetail): Promise<RunResult> => {
    const at = new Date().toISOString();
    const data = { kind: 'run.skipped' as const, ...run.identity, finishedAt: at, reason, message };
    const event = { eventId: newId(), at, data };
    await writeOutcome(folder, () => dropEvent(folder.drop, event));
    return { ran: false, reason };
  };
  const claim = await claimStart(folder, manifest, env, startedMs);
  if (claim.kind === 'gated') return { ran: false, reason: claim.reason };
  if (claim.kind === 'skipped') {
    const skipped = await skip(claim.run, claim.reason, claim.message);
    claim.recorded();
    return skipped;
  }

  // Until the last word is on disk: nothing here may outlive the run, and no signal may cut it short.
  let { run } = claim;
  const { runId } = run.identity;
  const stop = new StopWatch(folder.stops, runId);
  const renewal = setInterval(() => renewRunning(folder.running, run, Date.now()), renewMs);
  try {
    // 1. Nothing stands in its way any more.
    const admission = await admit(claim.overlap, conditionsOf(manifest, run.identity, hostTimezone(env)), {
      isUnderWay: (other) => runsOfJob(folder.running, jobId).some(({ identity }) => identity.runId === other),
      replace: (other) => orderStop(folder.stops, other, 'replacement'),
      tellWaiting: (reason, message) => tell({ kind: 'run.waiting', ...run.identity, reason, message }),
      stop: stop.signal,
    });
    if (!admission.go) {
      const result = await skip(run, admission.reason, admission.message);
      writeIfRoom(folder, () => rememberEnd(folder.answered, jobId, Date.now()));
      removeRunning(folder.running, runId);
      return result;
    }

    // 2. The run is on record before the program starts.
    if (run.isWaiting) {
      const { isWaiting: _, ...rest } = run;
      run = { ...rest, identity: { ...run.identity, startedAt: new Date().toISOString() } };
      const now = run;
      writeIfRoom(folder, () => writeRunning(folder.running, now));
    }
    const started: Started = { kind: 'run.started', ...run.identity };
    tell(started);

    // 3. The program.
    const { outcome, durationMs, attempts, use, output } = await runRecorded(
      folder,
      manifest,
      started,
      run.file === undefined ? env : { ...env, [arrivedFile]: run.file },
      stop.signal,
    );

    // 4. The outcome, on disk before the run stops being "running".
    const finishedAt = new Date().toISOString();
    const eventId = newId();
    const finished = {
      ...started,
      kind: 'run.finished' as const,
      finishedAt,
      durationMs,
      attempts,
      ...use,
      ...outcome,
      output,
    };
    await writeOutcome(folder, () => dropEvent(folder.drop, { eventId, at: finishedAt, data: finished }));
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
  const action = selfCommand('action', '--data', folder.root, manifest.jobId);
  const settings = { timeoutMs: manifest.timeoutMs, stop };
  const found = findSecrets(folder, manifest);
  const secrets = found.ok ? found.secrets : { environment: {}, stdin: null };
  const sinks = { stdout: withoutSecrets(stdout, secrets), stderr: withoutSecrets(stderr, secrets) };
  const start = async (attempt: number) => {
    const run = filledIn(manifest, started, attempt, hostTimezone(env));
    const plan: LaunchPlan = found.ok
      ? planLaunch(run, { platform: process.platform, env, scriptFile, action })
      : { kind: 'cannot-start', exitCode: 126, reason: found.reason, message: found.message };
    const own = { ...run.environment, ...secrets.environment };
    const environment = environmentOf(manifest, own, started, attempt, env);
    const { workingDirectory } = run;
    const hold = prepareTree(folder);
    const { stdin } = secrets;
    const isVisible = readRunAs(manifest.runAs)?.kind === 'interactive';
    return runProgram(plan, { ...settings, workingDirectory, environment, hold, stdin, isVisible }, sinks);
  };
  const note = (line: string) => stderr.write(Buffer.from(`${line}\n`));
  const attempts = await runAttempts(manifest, start, { stop, note });
  sinks.stdout.end();
  sinks.stderr.end();
  const output = { stdout: stdout.end(), stderr: stderr.end(), encoding: manifest.output.encoding };
  file.close();
  return { ...attempts, output };
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
    Object.entries(env).filter(([name]) => name === arrivedFile || !name.toUpperCase().startsWith('CARILLON_')),
  );
  return {
    ...inherited,
    CARILLON_JOB: manifest.name,
    CARILLON_JOB_VERSION: String(manifest.version),
    CARILLON_RUN_ID: started.runId,
    CARILLON_TRACE_ID: traceIdOf(started.runId),
    CARILLON_SCHEDULED_FOR: started.scheduledFor ?? '',
    CARILLON_ATTEMPT: String(attempt),
    CARILLON_TRIGGER: started.trigger,
    ...(started.cause === undefined ? {} : { CARILLON_CAUSE: started.cause }),
    ...own,
  };
}
