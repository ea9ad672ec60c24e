import { exitCodeOf } from '@carillon/core/install/findings';
import { describeFindings, examine } from '../install/doctor.js';
import { describePolicy, policyReport } from '../programs/policy.js';
import { agentStatus, describeStatus } from '../programs/status.js';
import { type Call, print, UsageError } from './arguments.js';

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

export function policy({ values, data, words: [act, file] }: Call): number {
  if (act !== 'show' && act !== 'check')
    throw new UsageError(`policy: expected show or check, got ${act ?? 'nothing'}`);
  const report = policyReport(data, act === 'check' ? file : undefined);
  print(values.json ? report : describePolicy(report));
  return report.problems.length > 0 || (act === 'check' && report.refused.length > 0) ? 1 : 0;
}
