import type { Schedule } from '@carillon/wintask/schedule/schedule';
import { actionAsWritten } from '../action/action-as-written.js';
import { type ActionRun, isAction } from '../action/action-spec.js';
import { type RolloutRules, rolloutDefaults } from '../rollout/rollout-rules.js';
import { accountAsWritten, entryAsWritten, sizeAsWritten } from './as-written.js';
import { describeDuration } from './describe-schedule.js';
import { jobLimits } from './job-limits.js';
import type { Conditions, ExitCodeRange, HostOverride, JobSpec, RetryRules, RunSpec } from './job-spec.js';

type Document = Readonly<Record<string, unknown>>;

/**
 * The job file that says a definition, as short as people write it: what is as by default is left out. Reading it gives
 * the same definition again.
 */
export function jobDocument(spec: JobSpec): Document {
  const { targets, exitCodes, output } = spec;
  const isUsualEnd = codesAsWritten(exitCodes.success).join() === '0' && exitCodes.warning.length === 0;
  return {
    kind: 'Job',
    name: spec.name,
    ...(spec.description ? { description: spec.description } : {}),
    ...(spec.owner ? { owner: spec.owner } : {}),
    ...(spec.enabled ? {} : { enabled: false }),
    targets,
    schedule: scheduleAsWritten(spec.schedule),
    ...(spec.when ? { when: conditionsAsWritten(spec.when) } : {}),
    run: runAsWritten(spec.run),
    ...(spec.runAs === 'system' ? {} : { runAs: accountAsWritten(spec.runAs) }),
    ...(spec.rights ? { rights: spec.rights } : {}),
    ...(spec.onOverlap === 'skip' ? {} : { onOverlap: spec.onOverlap }),
    ...(spec.onMissed === 'skip' ? {} : { onMissed: spec.onMissed }),
    ...(spec.onDrift === 'repair' ? {} : { onDrift: spec.onDrift === 'report' ? 'leave' : spec.onDrift }),
    ...(spec.timeoutMs === null ? {} : { timeout: describeDuration(spec.timeoutMs) }),
    ...(spec.retry === null ? {} : { retry: retryAsWritten(spec.retry) }),
    ...(isUsualEnd
      ? {}
      : {
          exitCodes: {
            success: codesAsWritten(exitCodes.success),
            ...(exitCodes.warning.length > 0 ? { warning: codesAsWritten(exitCodes.warning) } : {}),
          },
        }),
    ...outputAsWritten(output),
    ...(spec.replaces ? { replaces: spec.replaces } : {}),
    ...(spec.overrides ? { overrides: spec.overrides.map(overrideAsWritten) } : {}),
    ...(spec.orphans ? { orphans: { disable: describeDuration(spec.orphans.disableAfterMs) } } : {}),
    ...(spec.rollout ? { rollout: rolloutAsWritten(spec.rollout) } : {}),
    ...(spec.alerts.length > 0 ? { alerts: spec.alerts } : {}),
  };
}

function rolloutAsWritten({ rings, soakMs, haltOn }: RolloutRules): Document {
  const { failureRate, minimum } = haltOn;
  const usual = rolloutDefaults.haltOn;
  const halt = {
    ...(failureRate === usual.failureRate ? {} : { failureRate: `${failureRate}%` }),
    ...(minimum === usual.minimum ? {} : { minimum }),
  };
  return {
    rings: rings.map((ring) => ('percent' in ring ? `${ring.percent}%` : ring)),
    ...(soakMs === rolloutDefaults.soakMs ? {} : { soak: describeDuration(soakMs) }),
    ...(Object.keys(halt).length > 0 ? { haltOn: halt } : {}),
  };
}

/** One crontab line is said by itself. */
function scheduleAsWritten(schedule: Schedule): unknown {
  const entries = schedule.map(entryAsWritten);
  const [only] = entries;
  if (entries.length !== 1 || only === undefined) return entries;
  return Object.keys(only).length === 1 && only.cron !== undefined ? only.cron : only;
}

function runAsWritten(run: RunSpec): Document {
  // What an action is handed over follows from what it is told.
  if (isAction(run)) return actionAsWritten(run);
  const { workingDirectory, secrets } = run;
  const hidden = Object.entries(secrets?.environment ?? {}).map(([name, secret]) => [name, { secret }]);
  const environment = { ...run.environment, ...Object.fromEntries(hidden) };
  return {
    ...workAsWritten(run),
    ...(workingDirectory === null ? {} : { workingDirectory }),
    ...(Object.keys(environment).length > 0 ? { environment } : {}),
    ...(secrets?.stdin === undefined ? {} : { stdin: { secret: secrets.stdin } }),
  };
}

function workAsWritten(run: Exclude<RunSpec, ActionRun>): Document {
  switch (run.kind) {
    case 'program':
      return { program: run.program, ...(run.arguments.length > 0 ? { arguments: run.arguments } : {}) };
    case 'powershell':
    case 'batch':
      return { [run.kind]: run.script };
  }
}

function conditionsAsWritten({ cpuBelowPercent, memoryBelowPercent, fileExists, waitUpToMs }: Conditions): Document {
  return {
    ...(cpuBelowPercent === undefined ? {} : { cpuBelow: `${cpuBelowPercent}%` }),
    ...(memoryBelowPercent === undefined ? {} : { memoryBelow: `${memoryBelowPercent}%` }),
    ...(fileExists === undefined ? {} : { fileExists }),
    ...(waitUpToMs > 0 ? { waitUpTo: describeDuration(waitUpToMs) } : {}),
  };
}

function retryAsWritten({ attempts, delayMs, backoff, on }: RetryRules): Document {
  return {
    attempts,
    delay: describeDuration(delayMs),
    backoff,
    ...(on ? { on: [...codesAsWritten(on.codes), ...(on.timeout ? ['timeout'] : [])] } : {}),
  };
}

/** `0`, `"1-7"`. */
function codesAsWritten(ranges: readonly ExitCodeRange[]): (number | string)[] {
  return ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`));
}

function outputAsWritten({ keepBytes, encoding }: JobSpec['output']): Document {
  const parts = {
    ...(keepBytes === jobLimits.outputKeepBytes.default ? {} : { keep: sizeAsWritten(keepBytes) }),
    ...(encoding === 'auto' ? {} : { encoding }),
  };
  return Object.keys(parts).length > 0 ? { output: parts } : {};
}

function overrideAsWritten({ schedule, runAs, ...rest }: HostOverride): Document {
  return {
    ...rest,
    ...(schedule ? { schedule: scheduleAsWritten(schedule) } : {}),
    ...(runAs ? { runAs: accountAsWritten(runAs) } : {}),
  };
}
