import { actionKinds } from '@carillon/core/action/action-spec';
import { pauseCapability } from '@carillon/core/desired/pause';
import { repairCapability } from '@carillon/core/desired/repair';
import { actionNeed } from '@carillon/core/job/job-spec';
import { dryRunCapability } from '@carillon/core/run/dry-run';
import { runsCheckCapability } from '@carillon/core/run/forgotten-run';

/** What this agent can do beyond the first version of the protocol; told to the centre, and checked against a job's needs. */
export const capabilities: readonly string[] = [
  'run',
  'stop',
  'replace',
  'inventory',
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
  'orphans',
  pauseCapability,
  'trust',
  'audit-witness',
  'audit-kept',
  'approvals',
  dryRunCapability,
  runsCheckCapability,
  repairCapability,
  ...actionKinds.map(actionNeed),
];
