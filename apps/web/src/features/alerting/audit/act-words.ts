import type { Word } from '../../../i18n/index.js';

/** What the server says was done, where there are words for it. */
const known = [
  'accepted an invitation',
  'acknowledge',
  'acknowledged',
  'adopted',
  'applied',
  'assign',
  'assigned',
  'began a second factor',
  'changed',
  'changed a link',
  'changed the password',
  'confirmed a second factor',
  'created',
  'deleted',
  'ended',
  'enrolled',
  'granted to a group',
  'invited',
  'labelled',
  'linked',
  'made a link to sign in',
  'note',
  'noted',
  'paused',
  'published',
  'quarantined',
  'removed a link',
  'removed the second factor',
  'resolve',
  'resolved',
  'resumed',
  'revoked',
  'rotated',
  'run',
  'sent again',
  'set',
  'set ring',
  'signed in',
  'signed out',
  'stop',
  'stopped',
  'tested',
  'took back',
  'unacknowledge',
  'unacknowledged',
  'updated',
  'written',
] as const;

/** An act that a newer server has stands as it is. */
export function actWord(act: string, t: (word: Word) => string): string {
  const word = known.find((one) => one === act);
  return word === undefined ? act : t(`audit.did.${word}`);
}
