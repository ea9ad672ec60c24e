import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';

/** What a proof is for, so that it is good for nothing else. */
export const proofPurpose = 'task-change';

/** Of an edit that a host told, all that decides what is adopted of it. The definition is known by its hash. */
export interface ProvenChange {
  readonly id: string;
  readonly hostId: string;
  readonly jobId: string;
  readonly version: number;
  readonly found: string | null;
  readonly definitionHash: string | null;
  readonly comparedWith: unknown;
}

/** The text by which a server knows an edit again: who can write rows cannot make a proof of it. */
export function proofText({ id, hostId, jobId, version, found, definitionHash, comparedWith }: ProvenChange): string {
  return canonicalJson({ id, hostId, jobId, version, found, definitionHash, comparedWith: comparedWith as Json });
}
