import type { Body } from '@carillon/contract/agent/catalog';
import type { Signer } from '../shared/signer.js';

/** The set of keys as agents get it. */
export function keysTold({ trust }: Pick<Signer, 'trust'>): Body<'trust.keys'> {
  const { text, signature, vouchers } = trust.keySet;
  return { text, signature, vouchers: [...vouchers] };
}
