import type { AlertSeverity } from '../../state/states.js';
import type { Reason } from '../reason.js';

export type CommentSubject = 'repeat' | 'recovered' | 'muted' | 'unacknowledged';

/** Words of a person for the ticket. */
export interface TicketNote {
  /** Later ones have greater numbers. */
  readonly id: number;
  readonly by: string;
  readonly text: string;
}

/** What is to be done about a ticket next; one step at a time. */
export type TicketStep =
  | { readonly kind: 'wait'; readonly untilMs: number | null; readonly reason: Reason }
  /** Search for a ticket that may have been made. */
  | { readonly kind: 'find' }
  /** Read the ticket as it is now. */
  | { readonly kind: 'look' }
  | { readonly kind: 'create'; readonly severity: AlertSeverity; readonly count: number }
  | { readonly kind: 'comment'; readonly about: CommentSubject; readonly count: number }
  /** What a person wrote here. */
  | { readonly kind: 'note'; readonly note: TicketNote }
  /** Somebody looks after the incident. */
  | { readonly kind: 'acknowledge'; readonly by: string }
  /** Somebody has it here: `to` is the same person there; null: nobody has it any more. */
  | { readonly kind: 'assign'; readonly to: string | null }
  | { readonly kind: 'priority'; readonly severity: AlertSeverity }
  | { readonly kind: 'resolve'; readonly how: 'resolve' | 'close' }
  | { readonly kind: 'reopen' }
  /** This ticket is history: a new one begins. */
  | { readonly kind: 'next_generation' };
