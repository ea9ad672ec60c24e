import { exitCodeOf } from '@carillon/core/install/findings';
import { describeFindings, examine } from '../install/doctor.js';
import { describePolicy, policyReport, writeApprovalRule } from '../programs/policy.js';
import { agentStatus, describeStatus } from '../programs/status.js';
import { witnessOf } from '../programs/witness.js';
import { type Call, positive, print, UsageError } from './arguments.js';

export function status({ values, data }: Call): number {
  const found = agentStatus(data);
  print(values.json ? found : describeStatus(found, Date.now()));
  return 0;
}

export async function doctor({ values, data }: Call): Promise<number> {
  const findings = await examine(data);
  print(values.json ? findings : describeFindings(findings));
  return exitCodeOf(findings);
}

export function witness({ data }: Call): number {
  print(witnessOf(data));
  return 0;
}

export function policy({ values, data, words: [act, ...rest] }: Call): number {
  const [file] = rest;
  if (act === 'require-approvals') return requireApprovals(values.json === true, data, rest);
  if (act !== 'show' && act !== 'check')
    throw new UsageError(`policy: expected show, check or require-approvals, got ${act ?? 'nothing'}`);
  const report = policyReport(data, act === 'check' ? file : undefined);
  print(values.json ? report : describePolicy(report));
  return report.problems.length > 0 || (act === 'check' && report.refused.length > 0) ? 1 : 0;
}

function requireApprovals(json: boolean, data: string, [count, ...keys]: readonly string[]): number {
  if (count === undefined || (count !== 'none' && keys.length === 0))
    throw new UsageError('policy require-approvals: expected a number and the keys of approvers, or none');
  const problems = writeApprovalRule(data, count === 'none' ? null : { count: positive('COUNT', count), keys });
  const report = policyReport(data);
  const told = { ...report, problems: [...problems, ...report.problems] };
  print(json ? told : describePolicy(told));
  return told.problems.length > 0 ? 1 : 0;
}
