import { auditActs } from '@carillon/core/audit/acts';
import type { Word } from '../../../i18n/index.js';

/** What was done, in words; an act that a newer server has stands as it is. */
export function actWord(act: string, t: (word: Word) => string): string {
  const word = auditActs.find((one) => one === act);
  return word === undefined ? act : t(`audit.did.${word}`);
}
