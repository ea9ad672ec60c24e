import type { Body } from '@carillon/contract/agent/catalog';

/** A stranger who is not let in, and how his socket is closed. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly body: Body<'reject'>;
  readonly closeCode: number;
}

export function rejected(code: Body<'reject'>['code'], message: string, closeCode: number): Rejected {
  return { kind: 'rejected', body: { code, message }, closeCode };
}
