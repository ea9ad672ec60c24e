import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import type { Response } from '@carillon/contract/http/route';
import { type Approval, mostApprovedHosts, signApproval } from '@carillon/core/approval/signed-approval';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import type { ApproverKey } from './approver-key.js';
import { CliError } from './errors.js';
import type { Session } from './session.js';

type ToSign = Response<typeof approvalRoutes.toSign>;

/**
 * What would be signed of a job, worked out here from what the server showed: its word for a hash is not taken.
 * @throws CliError where it cannot be signed, or the server says one thing and shows another
 */
export function approvalOf(shown: ToSign): Omit<Approval, 'kind'> {
  const { jobId, name, version, manifest, manifestHash, author, hosts } = shown;
  const said = JSON.parse(manifest) as { jobId?: unknown; version?: unknown; name?: unknown };
  if (sha256Hex(manifest) !== manifestHash || said.jobId !== jobId || said.version !== version || said.name !== name)
    throw new CliError(`job ${name}: the server shows another definition than it asks to sign`);
  if (hosts.length > mostApprovedHosts)
    throw new CliError(`job ${name}: expected at most ${mostApprovedHosts} hosts in one approval, got ${hosts.length}`);
  return { jobId, name, version, manifestHash, author, hosts };
}

/** Signs it and hands it in. @param expiresAt an ISO instant; undefined: it stays good */
export async function handInApproval(
  session: Session,
  key: ApproverKey,
  approval: Omit<Approval, 'kind'>,
  expiresAt?: string,
): Promise<Response<typeof approvalRoutes.sign>> {
  const signed = signApproval(key.privateKey, key.publicKey, { ...approval, ...(expiresAt ? { expiresAt } : {}) });
  return session.call(approvalRoutes.sign, { name: approval.name, body: signed });
}
