import type { SigningRefusalText } from '../text/signature-texts.js';
/** Why something signed is not obeyed, or not signed: a machine name, and the words for people. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly message: string;
}

export const refusalCodes = [
  /** Changed since it was signed, or signed for another purpose. */
  'bad_signature',
  /** By a key that the trusted set does not name. */
  'unknown_key',
  'revoked_key',
  /** Another trust root than the one that is pinned. */
  'other_root',
  /** Lower than what is known already. */
  'rollback',
  'expired',
  'bad_index',
  'wrong_host',
  /** A definition that the index does not mean, or an entry whose definition was not the one that was accepted. */
  'bad_manifest',
  'missing_manifest',
  'unknown_host',
  'unknown_job',
  /** The job's targets do not select this host. */
  'other_target',
  /** A job that the host should have is missing. */
  'left_out',
  'other_pause',
  /** Nobody made this join token, or it does not let in this host. */
  'unknown_token',
  /** Another key than the one that the host joined with, or took in its place. */
  'other_key',
  /** A version on a host whose ring is not open, or a ring that must not be opened. */
  'rollout',
  /** The host's own policy asks for signatures of approvers, and they are not there. */
  'not_approved',
  /** Files of keys at the server cannot be read. */
  'bad_keys',
  /** The book of what was accepted was cut back, changed, or belongs to another server. */
  'book_changed',
  /** A secret that nobody handed over, or whose stored value is not the one that was. */
  'unknown_secret',
  'other_secret',
  /** A secret that the job does not name, or that is not for it. */
  'not_for_job',
  /** The host has not told to which key its secrets are sealed. */
  'no_seal_key',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** A refusal in one line. */
export function refuse(code: RefusalCode, message: SigningRefusalText): Refusal {
  return { ok: false, code, message };
}
