import { z } from 'zod';
import { originsOfAction, pathsOfAction } from '../action/action-paths.js';
import { isAction } from '../action/action-spec.js';
import { webauthnKeyPattern } from '../approval/webauthn-text.js';
import type { Manifest } from '../job/job-spec.js';
import { makeProblem, type Result } from '../problem.js';
import type { PolicyFaultCode } from '../state/assignment-faults.js';
import { type CommandKind, commandKinds } from '../state/states.js';
import type { HostFaultText, PolicyText } from '../text/host-fault-texts.js';
import { problemParams, problemsFromIssues } from '../zod-problems.js';
import { isPathWithin, isProgramUnder, pathProblem } from './program-path.js';

const accountPattern = z
  .string()
  .min(1)
  .max(260)
  .refine(
    (text) => !text.slice(0, -1).includes('*'),
    problemParams('wrong_value', 'an account such as system or gmsa:CORP\\etl$, or its beginning and a * at the end'),
  );

const programPattern = z
  .string()
  .min(1)
  .max(260)
  .refine(
    (text) => pathProblem(text) === undefined,
    problemParams('wrong_value', "a program's absolute path, or a folder that ends in \\ (or / where paths have it)"),
  );

const originPattern = z
  .string()
  .max(300)
  .refine(
    (text) =>
      URL.canParse(text) &&
      /^https?:$/.test(new URL(text).protocol) &&
      new URL(text).href === `${new URL(text).origin}/`,
    problemParams(
      'wrong_value',
      'a web origin such as https://api.example.com or http://localhost:8080, without a path',
    ),
  );

/** The 32 raw bytes of a public key in base64url, or its fingerprint. */
const approverKey = z
  .string()
  .refine(
    (text) => /^([A-Za-z0-9_-]{43}|[0-9a-f]{32})$/.test(text) || webauthnKeyPattern.test(text),
    problemParams('wrong_value', 'a public key of an approver, or its fingerprint of 32 hexadecimal digits'),
  );

const approvalRule = z
  .strictObject({
    count: z.int().min(1).max(10),
    keys: z
      .array(z.union([approverKey, z.strictObject({ key: approverKey, of: z.string().min(1).max(200).optional() })]))
      .min(1)
      .max(100),
  })
  .superRefine(({ count, keys }, context) => {
    if (keys.length >= count) return;
    const expected = problemParams('wrong_value', `at least ${count} keys, as many as signatures are asked for`);
    context.addIssue({ code: 'custom', path: ['keys'], input: keys, ...expected });
  });

/** What a host's owner allows the centre, as written in `policy.json`. What is not mentioned is allowed. */
const policySchema = z.strictObject({
  /** Accounts that jobs may run as, as in a job's `runAs`; a `*` at the end stands for any ending. */
  runAs: z.array(accountPattern).max(100).optional(),
  /** Whether jobs of named accounts may have the highest rights that these have (`rights: highest`). */
  highestRights: z.boolean().optional(),
  /** Programs that jobs may start: files, and folders (ending in a slash) with everything below them. */
  programs: z.array(programPattern).max(500).optional(),
  /** Whether jobs may bring their own PowerShell or batch text; not, where `programs` is given and this is not. */
  scripts: z.boolean().optional(),
  /** Folders, and all below them, in which jobs' actions may read, write and delete; none, where `programs` is given and this is not. */
  paths: z.array(programPattern).max(500).optional(),
  /** Web origins, such as `https://api.example.com`, that jobs' actions may ask; none, where `programs` is given and this is not. */
  origins: z.array(originPattern).max(500).optional(),
  /** Whether jobs may switch off tasks of the host's own that they stand in for. */
  replaceTasks: z.boolean().optional(),
  /** Ad-hoc orders of the centre that are obeyed. */
  commands: z.array(z.enum(commandKinds)).optional(),
  /**
   * Definitions are registered only with so many signatures by distinct approvers of this list, which no server can give.
   * Absent: the centre's own signature is enough.
   */
  requireApprovals: approvalRule.optional(),
  /** Whether the agent may replace itself by a newer version. */
  upgrades: z.boolean().optional(),
});
export type HostPolicy = z.infer<typeof policySchema>;

export const openPolicy: HostPolicy = {};

/** Reads the text of a policy file. All problems are reported together, each naming its field. */
export function readPolicy(text: string): Result<HostPolicy> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [makeProblem('', 'wrong_type', `JSON (${(error as Error).message})`, text)] };
  }
  const parsed = policySchema.safeParse(raw);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problems: problemsFromIssues(parsed.error.issues, raw) };
}

/** May it be? If not: which rule of the host's policy says so, as a machine name, and in words. */
export type PolicyVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: PolicyFaultCode; readonly message: string };

const allowed: PolicyVerdict = { ok: true };

const codes = {
  runAs: 'policy_run_as',
  highestRights: 'policy_highest_rights',
  programs: 'policy_programs',
  scripts: 'policy_scripts',
  paths: 'policy_paths',
  origins: 'policy_origins',
  replaceTasks: 'policy_replace_tasks',
  commands: 'policy_commands',
  upgrades: 'policy_upgrades',
} as const satisfies Record<Exclude<keyof HostPolicy, 'requireApprovals'>, PolicyFaultCode>;

function refused(rule: keyof typeof codes, why: PolicyText): PolicyVerdict {
  const message: HostFaultText = `the policy of this host does not allow it (rule ${rule}): ${why}`;
  return { ok: false, code: codes[rule], message };
}

/**
 * May this job be on this host? Pure: the same policy and job always give the same answer, here and in `policy check`.
 * @param ignoreCase whether paths of this host are the same in upper and lower case, as on Windows
 */
export function judgeJob(
  policy: HostPolicy,
  manifest: Pick<Manifest, 'run' | 'runAs' | 'rights' | 'replaces'>,
  ignoreCase: boolean,
): PolicyVerdict {
  const { run, runAs, rights, replaces } = manifest;
  if (policy.runAs && !policy.runAs.some((pattern) => matchesAccount(pattern, runAs)))
    return refused('runAs', `jobs may run as ${policy.runAs.join(', ') || 'nobody'}, not as ${runAs}`);
  if (policy.highestRights === false && rights === 'highest')
    return refused('highestRights', `jobs may not have the highest rights of ${runAs}`);
  if (isAction(run)) {
    const verdict = judgePaths(policy, pathsOfAction(run), ignoreCase);
    if (!verdict.ok) return verdict;
    const asked = judgeOrigins(policy, originsOfAction(run));
    if (!asked.ok) return asked;
  } else if (run.kind !== 'program') {
    const scripts = policy.scripts ?? policy.programs === undefined;
    if (!scripts) return refused('scripts', `jobs may not bring a ${run.kind} text of their own`);
  } else if (policy.programs && !isAllowedProgram(policy.programs, run.program, ignoreCase)) {
    return refused('programs', `${run.program} is none of the allowed programs and in none of the allowed folders`);
  }
  if (policy.replaceTasks === false && replaces && replaces.length > 0)
    return refused('replaceTasks', `jobs may not switch off tasks of this host (${replaces.join(', ')})`);
  return allowed;
}

/** May an action touch these paths? Asked about what the job says, and on the host about where that really is. */
export function judgePaths(policy: HostPolicy, paths: readonly string[], ignoreCase: boolean): PolicyVerdict {
  const folders = policy.paths ?? (policy.programs ? [] : undefined);
  const outside = paths.find(
    (path) =>
      folders !== undefined &&
      (pathProblem(path) !== undefined || !folders.some((folder) => isPathWithin(folder, path, ignoreCase))),
  );
  return outside === undefined ? allowed : refused('paths', `${outside} is in none of the allowed folders`);
}

/** May an action ask these origins? Asked about what the job says, and on the host about where redirects lead. */
export function judgeOrigins(policy: HostPolicy, origins: readonly string[]): PolicyVerdict {
  const known = policy.origins ?? (policy.programs ? [] : undefined);
  const outside = origins.find(
    (origin) => known !== undefined && !known.some((each) => new URL(each).origin === origin),
  );
  return outside === undefined ? allowed : refused('origins', `${outside} is none of the allowed origins`);
}

/** May this order of the centre be obeyed? */
export function judgeCommand(policy: HostPolicy, action: CommandKind): PolicyVerdict {
  const { commands } = policy;
  // What may be done may be asked about.
  const isAllowed = !commands || commands.includes(action) || (action === 'dry_run' && commands.includes('run'));
  if (isAllowed) return allowed;
  return refused('commands', `the centre may order ${commands.join(', ') || 'nothing'}, not ${action}`);
}

/** May the agent replace itself? */
export function judgeUpgrade(policy: HostPolicy): PolicyVerdict {
  return policy.upgrades === false ? refused('upgrades', 'the agent is upgraded by hand here') : allowed;
}

function matchesAccount(pattern: string, account: string): boolean {
  const [wanted, found] = [pattern.toLowerCase(), account.toLowerCase()];
  return wanted.endsWith('*') ? found.startsWith(wanted.slice(0, -1)) : found === wanted;
}

function isAllowedProgram(programs: readonly string[], program: string, ignoreCase: boolean): boolean {
  return pathProblem(program) === undefined && programs.some((each) => isProgramUnder(each, program, ignoreCase));
}
