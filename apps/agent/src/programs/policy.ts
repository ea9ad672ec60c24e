import { resolve } from 'node:path';
import type { Manifest } from '@carillon/core/job/job-spec';
import { judgeJob } from '@carillon/core/policy/host-policy';
import { loadPolicy } from '../policy/policy-file.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { FileDesiredCache } from '../state/desired-cache.js';
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
  const refused = manifestsOf(data).flatMap((manifest) => {
    const verdict = judgeJob(state.policy, manifest, process.platform === 'win32');
    return verdict.ok ? [] : [{ job: manifest.name, code: verdict.code, message: verdict.message }];
  });
  return { file: path, present: state.present, policy: state.policy, problems: missing, refused };
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
function manifestsOf(data: string): Manifest[] {
  const folder = agentFolderAt(data);
  const { jobs, registered } = folder;
  try {
    const name = loadHostName(folder);
    return [...new FileDesiredCache(jobs, registered).manifests().values()].map(({ text }) => manifestHere(text, name));
  } catch {
    return [];
  }
}
