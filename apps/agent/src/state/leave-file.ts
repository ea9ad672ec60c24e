import type { Body } from '@carillon/contract/agent/catalog';
import { type LeaveOrder, leaveOrder } from '@carillon/contract/agent/host-key-messages';
import { type Refusal, refuse } from '@carillon/core/signing/refusal';
import { judgeExpiry, judgeSignature, type Trust } from '@carillon/core/signing/verify';
import { signerOf } from '../sync/verify-desired.js';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

/** That this host goes, kept so that it goes on going after it was started anew. */
export interface LeaveFile {
  readonly text: string;
  readonly signature: string;
  /** The centre takes nothing more of this host: there is nothing left to tell. */
  readonly isRetired: boolean;
}

export function loadLeaveFile(folder: Pick<AgentFolder, 'leaving'>): LeaveFile | undefined {
  return readJson<LeaveFile>(folder.leaving);
}

export function storeLeaveFile(folder: Pick<AgentFolder, 'leaving'>, file: LeaveFile): void {
  writeJson(folder.leaving, file);
}

/**
 * May this order make the host go? Nothing of it is believed before its signature is.
 * @param serverNowMs by the server's clock; undefined where nobody told it
 */
export function judgeLeave(
  { text, signature }: Body<'leave'>,
  facts: Trust & { readonly agentId: string; readonly serverNowMs: number | undefined },
): { readonly ok: true; readonly order: LeaveOrder } | Refusal {
  const signed = judgeSignature({ context: 'carillon/v1/leave', text, signature }, facts, 'leave', signerOf(text));
  if (!signed.ok) return signed;
  const parsed = leaveOrder.safeParse(JSON.parse(text));
  if (!parsed.success)
    return refuse('bad_index', `leave.${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`);
  const order = parsed.data;
  if (order.hostId !== facts.agentId) return refuse('wrong_host', `leave: made for host ${order.hostId}`);
  if (facts.serverNowMs === undefined) return { ok: true, order };
  const fresh = judgeExpiry('leave', order.notAfter, facts.serverNowMs);
  return fresh.ok ? { ok: true, order } : fresh;
}
