import { resolve } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeJob, readPolicy } from '@carillon/core/policy/host-policy';
import { loadPolicy } from '../policy/policy-file.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { ApprovalKeeper, fileApprovals } from '../state/approvals.js';
import { FileDesiredCache } from '../state/desired-cache.js';
import { writeFileDurably } from '../state/files.js';
import { loadHostName } from '../state/identity.js';
import { manifestHere } from '../state/manifest-here.js';

/** What a policy file says, and which of the host's jobs it would keep out. */
export interface PolicyReport {
  readonly file: string;
  /** Whether there is such a file; without one everything is allowed. */
  readonly present: boolean;
  readonly policy: object | null;
  readonly problems: readonly string[];
  readonly refused: readonly { readonly job: string; readonly code: string; readonly message: string }[];
}

/**
 * Reads a policy file as the agent does.
 * @param file another than the one in force, to be tried before it is put in place
 */
export function policyReport(data: string, file?: string): PolicyReport {
  const folder = agentFolderAt(data);
  const path = file === undefined ? folder.policy : resolve(file);
  const state = loadPolicy(path);
  if (!state.ok) return { file: path, present: true, policy: null, problems: state.problems, refused: [] };
  const missing = file !== undefined && !state.present ? [`${path}: there is no such file`] : [];
  const approvals = new ApprovalKeeper(fileApprovals(folder.approvals), () => ({
    rule: state.policy.requireApprovals,
    hostName: loadHostName(folder),
  }));
  const refused = manifestsOf(data).flatMap(({ manifest, hash }) => {
    const verdict = judgeJob(state.policy, manifest, process.platform === 'win32');
    const judged = verdict.ok ? approvals.judge(manifest, hash) : verdict;
    return judged.ok ? [] : [{ job: manifest.name, code: judged.code, message: judged.message }];
  });
  return { file: path, present: state.present, policy: state.policy, problems: missing, refused };
}

/**
 * Writes what this host asks for before it registers a definition into its policy file; the rest of the file stays.
 * @param rule keys as `KEY` or `KEY=WHOSE`; null: the centre's own signature is enough
 * @returns why nothing was written; empty when it was
 */
export function writeApprovalRule(
  data: string,
  rule: { readonly count: number; readonly keys: readonly string[] } | null,
): readonly string[] {
  const path = agentFolderAt(data).policy;
  const state = loadPolicy(path);
  if (!state.ok) return state.problems;
  const { requireApprovals: _before, ...rest } = state.policy;
  const keys = rule?.keys.map((word) => {
    const at = word.indexOf('=');
    return at === -1 ? word : { key: word.slice(0, at), of: word.slice(at + 1) };
  });
  const text = `${JSON.stringify({ ...rest, ...(rule ? { requireApprovals: { count: rule.count, keys } } : {}) }, null, 2)}\n`;
  const read = readPolicy(text);
  if (!read.ok) return read.problems.map(({ message }) => message);
  writeFileDurably(path, text);
  return [];
}

/** The same for people. */
export function describePolicy({ file, present, policy, problems, refused }: PolicyReport): string {
  const lines = [
    present ? file : `${file}: there is none; the centre may do everything that jobs can do`,
    ...(policy && present ? [JSON.stringify(policy, null, 2)] : []),
    ...problems.map((problem) => `problem: ${problem}`),
    ...refused.map(({ job, message }) => `refuses ${job}: ${message}`),
    ...(policy && refused.length === 0 ? ['every job of this host is allowed'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Of the jobs that this host has or was offered. */
function manifestsOf(data: string): { readonly manifest: Manifest; readonly hash: string }[] {
  const folder = agentFolderAt(data);
  const { jobs, registered } = folder;
  try {
    const name = loadHostName(folder);
    const kept = [...new FileDesiredCache(jobs, registered).manifests()];
    return kept.map(([hash, { text }]) => ({ manifest: manifestHere(text, name), hash }));
  } catch {
    return [];
  }
}
