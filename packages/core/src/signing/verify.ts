import { type SigningContext, verifyText } from '../desired/signing.js';
import { type Refusal, refuse } from './refusal.js';

/** Keys by which an agent, or whoever checks for it, judges signatures. */
export interface Trust {
  readonly signerKeys: readonly string[];
  readonly revokedKeys?: readonly string[];
}

/**
 * Is the text signed by a trusted key?
 * @param what names the text in the words of a refusal: `index`
 * @param signedBy the key that the text itself names; older servers name none
 */
export function judgeSignature(
  { context, text, signature }: { context: SigningContext; text: string; signature: string },
  { signerKeys, revokedKeys = [] }: Trust,
  what: string,
  signedBy?: string,
): { readonly ok: true } | Refusal {
  if (signerKeys.some((key) => verifyText(key, context, text, signature))) return { ok: true };
  if (revokedKeys.some((key) => verifyText(key, context, text, signature)))
    return refuse('revoked_key', `${what}: signed with a key that was revoked`);
  if (signedBy !== undefined && ![...signerKeys, ...revokedKeys].includes(signedBy))
    return refuse('unknown_key', `${what}: signed with a key that this host does not know`);
  return refuse('bad_signature', `${what}: the signature is not of a pinned key`);
}

/** How long an index may be on its way. It is made when it is asked for; what is older was kept back by somebody. */
export const indexLifeMs = 15 * 60_000;

/** Is what carries its own end still good? `notAfter` null: an older server, which says none. */
export function judgeExpiry(what: string, notAfter: string | null, nowMs: number): { readonly ok: true } | Refusal {
  if (notAfter === null || nowMs <= Date.parse(notAfter)) return { ok: true };
  return refuse('expired', `${what}: good until ${notAfter}`);
}
