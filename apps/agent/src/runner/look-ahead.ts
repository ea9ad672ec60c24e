import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAction } from '@carillon/core/action/action-spec';
import type { Manifest } from '@carillon/core/job/job-spec';
import { spreadKeyOf } from '@carillon/core/job/task-for-job';
import { judgeConditions } from '@carillon/core/run/conditions';
import type { DryRunFacts } from '@carillon/core/run/dry-run';
import { fillTemplate } from '@carillon/core/run/template';
import type { DryRunText } from '@carillon/core/text/dry-run-texts';
import { scheduleInstants } from '@carillon/wintask/schedule/occurrences';
import { isTimed } from '@carillon/wintask/schedule/schedule';
import type { AgentFolder } from '../state/agent-folder.js';
import { loadAgentId } from '../state/identity.js';
import { loadPause } from '../state/pause-file.js';
import { hostTimezone } from '../zones/host-timezone.js';
import { measureHost } from './admission.js';
import { conditionsOf, filledIn } from './filled-in.js';
import { planLaunch } from './launch-plan.js';
import { secretsHere } from './run-secrets.js';
import { runsOfJob } from './running-file.js';
import { scriptFileOf } from './script-file.js';

/** What a host is like for a start of a job now. */
export interface Ahead {
  readonly facts: DryRunFacts;
  /** Values of its secrets, to be kept out of whatever is said; nothing else may be done with them. */
  readonly secretValues: readonly string[];
}

/** How far ahead the next start is looked for. */
const nextStartMs = 366 * 86_400_000;

/** Looks at everything that a runner would look at before it starts a job's program. Starts nothing and writes nothing. */
export async function lookAhead(
  folder: AgentFolder,
  manifest: Manifest,
  host: string,
  env: NodeJS.ProcessEnv,
): Promise<Ahead> {
  const nowMs = Date.now();
  const timezone = hostTimezone(env);
  const identity = { runId: 'dry-run', scheduledFor: null, startedAt: new Date(nowMs).toISOString() };
  const run = filledIn(manifest, identity, 1, timezone);
  const conditions = conditionsOf(manifest, identity, timezone);
  const secrets = lookForSecrets(folder, manifest);
  return {
    secretValues: secrets.ok ? [...secrets.found.values()].filter((value) => value !== undefined) : [],
    facts: {
      job: manifest,
      host,
      lookedAs: ownAccount(),
      nowMs,
      launch: isAction(run) ? null : launchOf(folder, manifest, run, env),
      workingDirectory:
        run.workingDirectory === null ? null : { path: run.workingDirectory, isThere: isFolder(run.workingDirectory) },
      secrets: secrets.ok
        ? new Map([...secrets.found].map(([name, value]) => [name, value !== undefined]))
        : { problem: secrets.problem },
      underWay: runsOfJob(folder.running, manifest.jobId).map(({ identity: { runId }, isWaiting = false }) => ({
        runId,
        isWaiting,
      })),
      conditions: conditions === undefined ? null : judgeConditions(conditions, await measureHost(conditions)),
      pause: loadPause(folder.pause),
      nextStart: nextStartOf(folder, manifest, nowMs, timezone),
    },
  };
}

function launchOf(
  folder: AgentFolder,
  manifest: Manifest,
  run: Manifest['run'],
  env: NodeJS.ProcessEnv,
): DryRunFacts['launch'] {
  const scriptFile = scriptFileOf(folder.scripts, manifest);
  const noAction = { command: '', arguments: [] };
  const plan = planLaunch(run, { platform: process.platform, env, scriptFile, action: noAction });
  if (plan.kind !== 'start') {
    const asked = run.kind === 'program' ? { program: run.program, arguments: run.arguments } : {};
    return { ok: false, message: plan.message, ...asked };
  }
  if ('script' in run && !existsSync(scriptFile))
    return { ok: false, message: `the job's script is not at ${scriptFile}` satisfies DryRunText };
  return { ok: true, program: plan.program, arguments: plan.arguments };
}

function lookForSecrets(folder: AgentFolder, manifest: Manifest) {
  try {
    return { ok: true, found: secretsHere(folder, manifest) } as const;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `the secrets of this host cannot be read: ${why}` } as const;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function ownAccount(): string {
  try {
    return userInfo().username;
  } catch {
    return 'an account without a name';
  }
}

/** Of what a clock starts; null where only signals do, or nothing does any more. */
function nextStartOf(folder: AgentFolder, manifest: Manifest, nowMs: number, timezone: string): string | null {
  const timed = manifest.schedule.filter(isTimed);
  const range = { fromMs: nowMs, untilMs: nowMs + nextStartMs };
  const own = spreadKeyOf(loadAgentId(folder), manifest.jobId);
  const [next] = scheduleInstants(timed, { ...range, hostTimezone: timezone, ...own });
  if (next === undefined) return null;
  const facts = { job: '', runId: '', attempt: 1, scheduledForMs: next, startedMs: next, timezone };
  return `${fillTemplate('{{scheduledFor:yyyy-MM-dd HH:mm:ss}}', facts)} (${timezone})`;
}
