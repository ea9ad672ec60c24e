import { joinCommandLine } from '@carillon/wintask/process/command-line';
import { compileSchedule } from '@carillon/wintask/schedule/compile';
import type { TaskDefinition } from '@carillon/wintask/task/definition';
import { formatIsoDuration } from '@carillon/wintask/time/duration';
import { makeProblem, type Result } from '../problem.js';
import { delayAfter } from '../run/retry.js';
import type { ExpectedText } from '../text/expected-texts.js';
import { describeSchedule } from './describe-schedule.js';
import type { Manifest } from './job-spec.js';
import { principalFor } from './run-as.js';

/** Folder of Task Scheduler that belongs to us; tasks outside it are never changed. */
export const taskFolder = '\\Carillon';

/** Full path of a job's task. */
export function taskPathOf(jobName: string): string {
  return `${taskFolder}\\${jobName}`;
}

export interface TaskFacts {
  /** IANA zone of the host: triggers are written in the host's wall clock. */
  readonly hostTimezone: string;
  /** What Task Scheduler starts: the runner's program and the arguments before the job's id. */
  readonly runner: { readonly command: string; readonly arguments: readonly string[] };
  /** SIDs of named accounts, by name in lower case, as the host knows them; in a preview names stand for themselves. */
  readonly sids?: Readonly<Record<string, string>>;
  /** The agent's id, which picks the host's offsets of jitter; without it there are none, as in a preview for no host. */
  readonly agentId?: string;
}

/** What picks the offset of a job's jitter on a host: hosts differ, and so do the jobs of one host. */
export function spreadKeyOf(agentId: string | undefined, jobId: string): { spreadKey?: string } {
  return agentId === undefined ? {} : { spreadKey: `${agentId}/${jobId}` };
}

export interface JobTask {
  readonly path: string;
  readonly definition: TaskDefinition;
  /** `gated`: the triggers are a superset and the runner decides at each fire. */
  readonly exactness: 'exact' | 'gated';
  readonly reasons: readonly string[];
}

/**
 * The task that Task Scheduler must hold for a job. What it starts is the runner, not the job's program, and
 * every setting with a surprising default is written out (reference 2.4).
 */
export function taskForJob(manifest: Manifest, facts: TaskFacts): Result<JobTask> {
  const context = { hostTimezone: facts.hostTimezone, ...spreadKeyOf(facts.agentId, manifest.jobId) };
  const compiled = compileSchedule(manifest.schedule, context);
  if (!compiled.ok) {
    const { entry, message } = compiled.problem;
    const expected: ExpectedText = `a schedule that Task Scheduler can hold (${message})`;
    // Some limits are those of all entries together.
    return {
      ok: false,
      problems: [
        entry < 0
          ? makeProblem('schedule', 'wrong_value', expected, describeSchedule(manifest.schedule))
          : makeProblem(
              `schedule[${entry}]`,
              'wrong_value',
              expected,
              describeSchedule(manifest.schedule.slice(entry, entry + 1)),
            ),
      ],
    };
  }
  const definition: TaskDefinition = {
    version: '1.2',
    registrationInfo: {
      author: 'Carillon',
      description: describe(manifest),
      uri: taskPathOf(manifest.name),
    },
    triggers: compiled.triggers,
    principals: [principalFor(manifest.runAs, facts.sids, manifest.rights)],
    settings: {
      // The runner decides what overlaps, so that a start that is skipped is on record and an old run ends in order.
      multipleInstancesPolicy: 'Parallel',
      disallowStartIfOnBatteries: false,
      stopIfGoingOnBatteries: false,
      allowHardTerminate: true,
      startWhenAvailable: manifest.onMissed === 'run-once',
      runOnlyIfNetworkAvailable: false,
      allowStartOnDemand: true,
      enabled: manifest.enabled,
      hidden: false,
      runOnlyIfIdle: false,
      wakeToRun: false,
      executionTimeLimit: taskTimeLimit(manifest),
      priority: 5,
    },
    actionsContext: 'Author',
    actions: [
      {
        kind: 'exec',
        command: facts.runner.command,
        arguments: joinCommandLine([...facts.runner.arguments, manifest.jobId]),
      },
    ],
  };
  return {
    ok: true,
    value: { path: taskPathOf(manifest.name), definition, exactness: compiled.exactness, reasons: compiled.reasons },
  };
}

/**
 * The runner ends the job at its timeout; Task Scheduler's own limit is a second net five minutes after all waits and
 * attempts. PT0S = none.
 */
function taskTimeLimit({ timeoutMs, retry, when, onOverlap }: Manifest): string {
  if (timeoutMs === null || onOverlap === 'queue') return formatIsoDuration(0);
  let totalMs = (when?.waitUpToMs ?? 0) + timeoutMs;
  for (let attempt = 1; retry !== null && attempt < retry.attempts; attempt += 1)
    totalMs += timeoutMs + delayAfter(retry, attempt);
  return formatIsoDuration(Math.ceil(totalMs / 60_000) * 60_000 + 300_000);
}

function describe(manifest: Manifest): string {
  const about = manifest.description ? `${manifest.description}\n` : '';
  return `${about}Managed by Carillon (job ${manifest.name}, version ${manifest.version}). Changes made here are reported as drift.`;
}

/** A description of ours that is the same for all versions of a job. */
export function withoutVersion(description: string): string {
  return description.replace(/(^|\n)(Managed by Carillon \(job .*), version \d+\)/, '$1$2)');
}
