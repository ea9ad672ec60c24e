import { readFileSync, statSync } from 'node:fs';
import type { ApprovalRule } from '@carillon/core/approval/signed-approval';
import type { Manifest } from '@carillon/core/job/job-spec';
import {
  type HostPolicy,
  judgeCommand,
  judgeJob,
  judgeUpgrade,
  openPolicy,
  type PolicyVerdict,
  readPolicy,
} from '@carillon/core/policy/host-policy';
import type { CommandKind } from '@carillon/core/state/states';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { fileMark } from '../lib/file-mark.js';

/** What stands in a policy file. One that cannot be believed allows nothing. */
export type PolicyState =
  | { readonly ok: true; readonly policy: HostPolicy; readonly present: boolean }
  | {
      readonly ok: false;
      readonly problems: readonly string[];
      /** This account may not read it, which says nothing of what stands there. */
      readonly isUnreadable?: boolean;
    };

const writableByOthers = 0o022;

/** Reads a policy file as it is now; none at all allows everything. */
export function loadPolicy(path: string): PolicyState {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return { ok: true, policy: openPolicy, present: false };
    // Windows' rights are lists, which the folder hands down.
    if (process.platform !== 'win32' && (found.mode & writableByOthers) !== 0)
      return { ok: false, problems: [`${path}: others than its owner may write it; chmod go-w ${path}`] };
    const read = readPolicy(readFileSync(path, 'utf8'));
    if (read.ok) return { ok: true, policy: read.value, present: true };
    return { ok: false, problems: read.problems.map(({ message }) => `${path}: ${message}`) };
  } catch (error) {
    const isUnreadable = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
    return { ok: false, problems: [`${path}: ${error instanceof Error ? error.message : error}`], isUnreadable };
  }
}

/** The policy of this host. It is read again when its file has changed; nothing that comes from the centre changes it. */
export class PolicyFile {
  private state: PolicyState;
  private mark: string;

  constructor(private readonly path: string) {
    this.mark = fileMark(path);
    this.state = loadPolicy(path);
  }

  judgeJob(manifest: Manifest): PolicyVerdict {
    return this.judge((policy) => judgeJob(policy, manifest, process.platform === 'win32'));
  }

  judgeCommand(action: CommandKind): PolicyVerdict {
    return this.judge((policy) => judgeCommand(policy, action));
  }

  judgeUpgrade(): PolicyVerdict {
    return this.judge(judgeUpgrade);
  }

  /** What must be signed by approvers before it is registered; undefined where the centre's word is enough. */
  get approvalRule(): ApprovalRule | undefined {
    this.refresh();
    return this.state.ok ? this.state.policy.requireApprovals : undefined;
  }

  private refresh(): void {
    const mark = fileMark(this.path);
    if (mark === this.mark) return;
    this.mark = mark;
    this.state = loadPolicy(this.path);
  }

  private judge(rule: (policy: HostPolicy) => PolicyVerdict): PolicyVerdict {
    this.refresh();
    if (this.state.ok) return rule(this.state.policy);
    const message: HostFaultText = `the policy of this host cannot be believed, so nothing is allowed: ${this.state.problems.join('; ')}`;
    return { ok: false, code: 'policy_unreadable', message: message.slice(0, 2_000) };
  }
}
