import { approverFingerprint } from '@carillon/core/approval/signed-approval';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { ApiError } from '../http/api-error.js';

/** A security key that had counted as far, or further, before. */
export function usedBefore(key: string): ApiError {
  const fingerprint = approverFingerprint(key);
  const message: RefusalText = `key ${fingerprint}: it had counted as many uses before: the signature was handed in already, or there is a copy of the key`;
  return new ApiError('conflict', message, { reason: 'used_before', fingerprint });
}
