import { describePause, type HostPause, isPaused } from '../desired/pause.js';
import { describeDuration } from '../job/describe-schedule.js';
import type { Manifest } from '../job/job-spec.js';
import { unreachable } from '../state/states.js';
import type { DryRunText } from '../text/dry-run-texts.js';
import type { ConditionVerdict } from './conditions.js';
import { judgeOverlap, type RunUnderWay } from './overlap.js';

/** What agents call it that they can say what a start would do; one without it is never asked. */
export const dryRunCapability = 'dry-run';

export const dryRunVerdicts = ['would_run', 'would_wait', 'would_skip', 'would_fail'] as const;
/**
 * What would become of a start now. `would_wait`: its program would start later, if at all. `would_skip`: it would not, by the
 * job's own rules. `would_fail`: something that it needs is not as it should be.
 */
export type DryRunVerdict = (typeof dryRunVerdicts)[number];

/** What the host was found to be like; nothing was changed to find out. */
export interface DryRunFacts {
  readonly job: Pick<
    Manifest,
    'name' | 'version' | 'run' | 'runAs' | 'rights' | 'onOverlap' | 'timeoutMs' | 'retry' | 'enabled' | 'when'
  >;
  readonly host: string;
  /** The account that looked, as the system calls it: the agent's, not the job's. */
  readonly lookedAs: string;
  readonly nowMs: number;
  /** What would be started, placeholders filled in; null for actions, which the agent carries out itself. */
  readonly launch:
    | { readonly ok: true; readonly program: string; readonly arguments: readonly string[] }
    /** Of a program, what the job asks for. */
    | {
        readonly ok: false;
        readonly message: string;
        readonly program?: string;
        readonly arguments?: readonly string[];
      }
    | null;
  /** Null: the job names none. */
  readonly workingDirectory: { readonly path: string; readonly isThere: boolean } | null;
  /** By name: is it on this host? Or why none of them can be read. */
  readonly secrets: ReadonlyMap<string, boolean> | { readonly problem: string };
  /** Runs of the job on this host. */
  readonly underWay: readonly RunUnderWay[];
  /** What was measured for the job's conditions; null: it has none. */
  readonly conditions: ConditionVerdict | null;
  readonly pause: HostPause | undefined;
  /** When it starts next by itself, as clocks of the host show it; null: no time is known. */
  readonly nextStart: string | null;
}

export interface DryRun {
  readonly verdict: DryRunVerdict;
  /** Why, in a few words; empty where it would simply run. */
  readonly because: string;
  /** What would happen, line by line. Never the value of a secret or of a variable. */
  readonly lines: readonly string[];
}

/** Says what a start by hand would do. Pure: the host looks, this decides and puts it into words. */
export function describeDryRun(facts: DryRunFacts): DryRun {
  const problems = problemsOf(facts);
  const hold = holdOf(facts);
  const lines: DryRunText[] = [
    ...aboutJob(facts),
    ...aboutProgram(facts),
    ...aboutSecrets(facts),
    ...aboutLimits(facts),
    ...aboutStart(facts),
    ...problems.map((problem) => `problem: ${problem}` as const),
  ];
  if (hold?.verdict === 'would_skip') return { ...hold, lines };
  const [problem] = problems;
  if (problem !== undefined) return { verdict: 'would_fail', because: problem, lines };
  return { ...(hold ?? { verdict: 'would_run', because: '' }), lines };
}

/** `it would be skipped: run 1 is still under way`. */
export function verdictLine({ verdict, because }: Pick<DryRun, 'verdict' | 'because'>): string {
  return `${verdictWords(verdict)}${because === '' ? '' : `: ${because}`}`;
}

function verdictWords(verdict: DryRunVerdict): string {
  switch (verdict) {
    case 'would_run':
      return 'it would run';
    case 'would_wait':
      return 'it would wait';
    case 'would_skip':
      return 'it would be skipped';
    case 'would_fail':
      return 'it would fail';
    default:
      return unreachable(verdict);
  }
}

/** What the agent's program ends with when it made a dry run. Neither 1 nor 2: with those it says that it could not. */
const exitCodes: Record<DryRunVerdict, number> = { would_run: 0, would_skip: 3, would_wait: 4, would_fail: 5 };

export function exitCodeOfDryRun(verdict: DryRunVerdict): number {
  return exitCodes[verdict];
}

/** Undefined: it ended otherwise, and nothing is known. */
export function dryRunOfExitCode(exitCode: number | null): DryRunVerdict | undefined {
  return dryRunVerdicts.find((verdict) => exitCodes[verdict] === exitCode);
}

function problemsOf({ launch, workingDirectory, secrets }: DryRunFacts): string[] {
  const missing = isUnreadable(secrets)
    ? [secrets.problem]
    : [...secrets].flatMap(([name, isHere]) => (isHere ? [] : [`no secret ${name} on this host` as const]));
  return [
    ...missing,
    ...(launch === null || launch.ok ? [] : [launch.message]),
    ...(workingDirectory === null || workingDirectory.isThere
      ? []
      : [`no working directory ${workingDirectory.path}` as const]),
  ];
}

/** What keeps a start from its program, or only delays it; what comes first in a real start is told. */
function holdOf({ job, underWay, conditions }: DryRunFacts): Pick<DryRun, 'verdict' | 'because'> | undefined {
  if (!job.enabled)
    return { verdict: 'would_skip', because: 'the job is switched off, and Task Scheduler starts no such task' };
  const overlap = judgeOverlap(job.onOverlap, underWay);
  if (overlap.act === 'skip') return { verdict: 'would_skip', because: overlap.message };
  if (overlap.act === 'wait') return { verdict: 'would_wait', because: `for run ${overlap.runIds.join(', ')}` };
  if (conditions === null || conditions.met) return undefined;
  const upTo = job.when?.waitUpToMs ?? 0;
  return upTo > 0
    ? { verdict: 'would_wait', because: `up to ${describeDuration(upTo)}: ${conditions.message}` }
    : { verdict: 'would_skip', because: conditions.message };
}

function aboutJob({ job, host, lookedAs }: DryRunFacts): DryRunText[] {
  const rights = job.rights === 'highest' ? ', with its highest rights' : '';
  return [
    `dry run of ${job.name} v${job.version} on ${host}: nothing is started or changed`,
    `account: ${job.runAs}${rights} (looked at as ${lookedAs}, who may see more or less)`,
  ];
}

function aboutProgram({ job, launch, workingDirectory }: DryRunFacts): DryRunText[] {
  const names = Object.keys(job.run.environment);
  return [
    ...(launch?.program === undefined
      ? []
      : [`program: ${launch.program}${launch.ok ? '' : ', which cannot be started'}` as const]),
    // As JSON: where one ends and the next begins is seen.
    ...(launch?.arguments === undefined || launch.arguments.length === 0
      ? []
      : [`arguments: ${launch.arguments.map((each) => JSON.stringify(each)).join(' ')}` as const]),
    ...(launch === null ? [`action: ${job.run.kind}, carried out by the agent` as const] : []),
    ...(workingDirectory ? [`working directory: ${workingDirectory.path}` as const] : []),
    ...(names.length > 0 ? [`environment, beside what the host has: ${names.join(', ')}` as const] : []),
  ];
}

function aboutSecrets({ job, secrets }: DryRunFacts): DryRunText[] {
  const { environment = {}, stdin } = job.run.secrets ?? {};
  const told = (name: string) => (isUnreadable(secrets) ? 'not known' : secrets.get(name) ? 'here' : 'MISSING');
  return [
    ...Object.entries(environment).map(([variable, name]) => `secret ${name}, as ${variable}: ${told(name)}` as const),
    ...(stdin === undefined ? [] : [`secret ${stdin}, as standard input: ${told(stdin)}` as const]),
  ];
}

function aboutLimits({ job: { timeoutMs, retry } }: DryRunFacts): DryRunText[] {
  const limit = timeoutMs === null ? 'none' : describeDuration(timeoutMs);
  const tries =
    retry === null ? '' : ` for each of ${retry.attempts} attempts, ${describeDuration(retry.delayMs)} apart`;
  return [`time limit: ${limit}${tries}` as const];
}

function aboutStart({ job, underWay, conditions, pause, nowMs, nextStart }: DryRunFacts): DryRunText[] {
  const runs = underWay.map(({ runId, isWaiting }) => `${runId}${isWaiting ? ' (waiting)' : ''}`).join(', ');
  const lines: DryRunText[] = [];
  if (underWay.length > 0) {
    const replaced = job.onOverlap === 'replace' ? '; it would be ended first' : '';
    lines.push(`under way: ${runs} (onOverlap: ${job.onOverlap})${replaced}`);
  }
  if (conditions !== null) lines.push(conditions.met ? 'conditions: met' : `conditions: ${conditions.message}`);
  if (pause && isPaused(pause, nowMs))
    lines.push(`${describePause(pause)}; starts by its schedule are left out, one by hand is not`);
  const next = nextStart === null ? ('no time is known' as const) : (`next at ${nextStart}` as const);
  return [...lines, `by its schedule: ${next}; a start by hand counts at any time`];
}

function isUnreadable(secrets: DryRunFacts['secrets']): secrets is { readonly problem: string } {
  return 'problem' in secrets;
}
