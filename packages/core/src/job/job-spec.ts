import { isWatched, type Schedule } from '@carillon/wintask/schedule/schedule';
import { type ActionKind, type ActionRun, actionKinds } from '../action/action-spec.js';
import { daysAlone } from '../calendar/named-days.js';
import type { Json } from '../desired/canonical-json.js';
import type { OrphanRule } from '../desired/orphan.js';
import type { Target } from '../host/target.js';
import type { RolloutRules } from '../rollout/rollout-rules.js';
import { type RunAs, readRunAs } from './run-as.js';

/** A job as the product keeps it: every default written out, so that equal specs are equal values. */
export interface JobSpec {
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly targets: Target;
  readonly schedule: Schedule;
  /** Checked on the host when a trigger fires; absent when there are none, as in all older definitions. */
  readonly when?: Conditions;
  readonly run: RunSpec;
  readonly runAs: RunAs;
  /** Of a named account that is an administrator: all it has, not only what is left without being asked. Absent: ordinary. */
  readonly rights?: 'highest';
  readonly onOverlap: OverlapPolicy;
  readonly onMissed: MissedPolicy;
  readonly onDrift: DriftPolicy;
  /** Of one attempt; `null`: no limit. */
  readonly timeoutMs: number | null;
  readonly retry: RetryRules | null;
  readonly exitCodes: ExitCodeRules;
  readonly output: OutputRules;
  readonly enabled: boolean;
  /**
   * Tasks of the host's own that this job stands in for, by path: switched off while the job is there, and as they were
   * before once it is gone. Absent when there are none, as in all older definitions.
   */
  readonly replaces?: readonly string[];
  /** What is different on some hosts; absent when nothing is, as in all older definitions. */
  readonly overrides?: readonly HostOverride[];
  /** When it starts no more on a host that the centre does not reach; absent: never, as in all older definitions. */
  readonly orphans?: OrphanRule;
  /** How a new version reaches its hosts; absent: at once, as in all older definitions. Nothing of it goes to hosts. */
  readonly rollout?: RolloutRules;
  /** Names of alert policies. */
  readonly alerts: readonly string[];
}

/** What is different about a job on some of its hosts; what is absent is as everywhere. */
export interface HostOverride {
  /** Names of hosts; each stands in one override of a job at most. */
  readonly hosts: readonly string[];
  readonly schedule?: Schedule;
  /** Only of a program. */
  readonly arguments?: readonly string[];
  readonly workingDirectory?: string | null;
  readonly runAs?: RunAs;
  readonly rights?: Rights;
  readonly enabled?: boolean;
  readonly onMissed?: MissedPolicy;
}

/** What a job's account may do. SYSTEM has all rights anyway. */
export const rightsKinds = ['ordinary', 'highest'] as const;
export type Rights = (typeof rightsKinds)[number];

/** What must hold on the host before the program starts: all that is given. */
export interface Conditions {
  /** Share of all processors in use, 0-100. */
  readonly cpuBelowPercent?: number;
  /** Share of physical memory in use, 0-100. */
  readonly memoryBelowPercent?: number;
  /** A path, with placeholders; `*` and `?` in its last part. */
  readonly fileExists?: string;
  /** How long the run waits for them; 0: they are looked at once. */
  readonly waitUpToMs: number;
}

/** Where a program gets secrets of its host; what they are is known there only. */
export interface SecretUse {
  /** Name of a secret by environment variable. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Name of the secret that is all the program reads from standard input. */
  readonly stdin?: string;
}

export type RunSpec = (
  | {
      readonly kind: 'program';
      readonly program: string;
      readonly arguments: readonly string[];
      readonly workingDirectory: string | null;
      readonly environment: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'powershell' | 'batch';
      readonly script: string;
      readonly workingDirectory: string | null;
      readonly environment: Readonly<Record<string, string>>;
    }
  | ActionRun
) & {
  /** Absent when there are none, as in all older definitions. */
  readonly secrets?: SecretUse;
};

export const overlapPolicies = ['skip', 'queue', 'replace', 'parallel'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];
export const missedPolicies = ['run-once', 'skip'] as const;
export type MissedPolicy = (typeof missedPolicies)[number];
export const driftPolicies = ['repair', 'report', 'adopt'] as const;
/**
 * What is done about a task that somebody edited, switched off or deleted on the host. `report`: it is left as it is (job
 * files say `leave`). `adopt`: left as it is too, and what was changed becomes what the host should have, where a job
 * can say it.
 */
export type DriftPolicy = (typeof driftPolicies)[number];
export const outputEncodings = [
  'auto',
  'utf-8',
  'utf-16le',
  'gbk',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-kr',
  'windows-1252',
  'ibm866',
  'ibm437',
  'ibm720',
  'ibm737',
  'ibm775',
  'ibm850',
  'ibm852',
  'ibm855',
  'ibm857',
  'ibm858',
  'ibm860',
  'ibm861',
  'ibm862',
  'ibm863',
  'ibm864',
  'ibm865',
  'ibm869',
  'windows-874',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-1258',
] as const;
export type OutputEncoding = (typeof outputEncodings)[number];

/** Inclusive range of unsigned 32-bit exit codes. */
export interface ExitCodeRange {
  readonly from: number;
  readonly to: number;
}

/** Another attempt at a run that failed. */
export interface RetryRules {
  /** All of them, the first included. */
  readonly attempts: number;
  /** Before the second attempt. */
  readonly delayMs: number;
  /** What the delay is multiplied by for each attempt after that. */
  readonly backoff: number;
  /** After which ends; null after every failure and timeout. */
  readonly on: { readonly codes: readonly ExitCodeRange[]; readonly timeout: boolean } | null;
}

export interface ExitCodeRules {
  readonly success: readonly ExitCodeRange[];
  readonly warning: readonly ExitCodeRange[];
}

export interface OutputRules {
  /** Bytes kept per run over both streams; the head and the tail survive, the middle is dropped. */
  readonly keepBytes: number;
  readonly encoding: OutputEncoding;
}

/**
 * What a host is told about a job version, and what the centre signs: the spec without the parts that
 * concern only the centre. It is the same for every host, so it is signed once per version.
 */
export interface Manifest {
  readonly kind: 'carillon/job/v1';
  readonly jobId: string;
  readonly version: number;
  readonly name: string;
  readonly description: string;
  readonly schedule: Schedule;
  readonly run: RunSpec;
  readonly runAs: RunAs;
  readonly rights?: 'highest';
  readonly onOverlap: OverlapPolicy;
  readonly onMissed: MissedPolicy;
  readonly onDrift: DriftPolicy;
  readonly timeoutMs: number | null;
  readonly retry: RetryRules | null;
  readonly exitCodes: ExitCodeRules;
  readonly output: OutputRules;
  readonly enabled: boolean;
  /** See `JobSpec`. Agents without the capability `replace` do not know it and must not get such a job. */
  readonly replaces?: readonly string[];
  readonly when?: Conditions;
  readonly orphans?: OrphanRule;
  /** Worked in by `onHost`, since one signed definition goes to all hosts. */
  readonly overrides?: readonly HostOverride[];
  /**
   * Capabilities without which an agent would run the job wrongly: one that lacks any refuses it. Absent when any agent
   * will do.
   */
  readonly needs?: readonly Need[];
}

export const needs = [
  'conditions',
  'accounts',
  'interactive',
  'rights',
  'secrets',
  'account-secrets',
  'watch',
  'overrides',
  'override-settings',
  'adopt',
  'replace',
  'orphans',
] as const;
/** Each action is a need of its own: an agent may know some of them. */
export type Need = (typeof needs)[number] | ActionNeed;
type ActionNeed = `action-${ActionKind}`;

/** What agents call it that they carry out an action. */
export function actionNeed(kind: ActionKind): ActionNeed {
  return `action-${kind}`;
}

function needsOf(spec: JobSpec): Need[] {
  const overrides = spec.overrides ?? [];
  const accounts = [spec.runAs, ...overrides.flatMap(({ runAs }) => runAs ?? [])];
  const asked: Record<(typeof needs)[number], boolean> = {
    conditions: spec.when !== undefined,
    accounts: accounts.some((account) => readRunAs(account)?.kind !== 'service'),
    interactive: accounts.some((account) => readRunAs(account)?.kind === 'interactive'),
    rights: [spec, ...overrides].some((each) => each.rights === 'highest'),
    secrets: spec.run.secrets !== undefined,
    'account-secrets': spec.run.secrets !== undefined && accounts.some((account) => account !== 'system'),
    watch: [spec, ...overrides].some(({ schedule }) => schedule?.some(isWatched)),
    overrides: overrides.length > 0,
    'override-settings': overrides.some(({ enabled, onMissed }) => (enabled ?? onMissed) !== undefined),
    adopt: spec.onDrift === 'adopt',
    replace: (spec.replaces ?? []).length > 0,
    orphans: spec.orphans !== undefined,
  };
  const { kind } = spec.run;
  return [...needs.filter((need) => asked[need]), ...actionKinds.filter((action) => action === kind).map(actionNeed)];
}

/** The part of a spec that travels to hosts. */
export function makeManifest(jobId: string, version: number, spec: JobSpec): Manifest {
  const {
    name,
    description,
    schedule,
    run,
    runAs,
    rights,
    onOverlap,
    onMissed,
    onDrift,
    timeoutMs,
    retry,
    exitCodes,
    output,
    enabled,
    replaces,
    when,
    orphans,
    overrides,
  } = spec;
  const needed = needsOf(spec);
  return {
    kind: 'carillon/job/v1',
    jobId,
    version,
    name,
    description,
    schedule: daysAlone(schedule),
    run,
    runAs,
    ...(rights ? { rights } : {}),
    onOverlap,
    onMissed,
    onDrift,
    timeoutMs,
    retry,
    exitCodes,
    output,
    enabled,
    ...(replaces ? { replaces } : {}),
    ...(when ? { when } : {}),
    ...(orphans ? { orphans } : {}),
    ...(overrides ? { overrides: overrides.map(overrideForHosts) } : {}),
    ...(needed.length > 0 ? { needs: needed } : {}),
  };
}

function overrideForHosts(override: HostOverride): HostOverride {
  return override.schedule ? { ...override, schedule: daysAlone(override.schedule) } : override;
}

/** Specs and manifests hold only JSON; this says so to the compiler in one place. */
export function asJson(value: JobSpec | Manifest | Target | Schedule): Json {
  return value as unknown as Json;
}
