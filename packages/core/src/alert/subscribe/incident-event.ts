import type { IncidentState } from '../../state/states.js';
import type { SubscriptionEvent } from './subscription-events.js';

/** An incident as far as somebody outside can see it. */
export interface SeenIncident {
  readonly state: IncidentState;
  /** Everything the API shows of it but when it was written last, as one text. */
  readonly shown: string;
}

/**
 * What a change of an incident is to those who listen; null: nothing they could see.
 * @param before null: it was not there
 * @param isSpokenOf somebody wrote something down about it
 */
export function incidentEventOf(
  before: SeenIncident | null,
  after: SeenIncident,
  isSpokenOf: boolean,
): SubscriptionEvent | null {
  const wasOpen = before !== null && before.state !== 'resolved';
  const isOpen = after.state !== 'resolved';
  if (isOpen && !wasOpen) return 'incident.opened';
  if (!isOpen && wasOpen) return 'incident.resolved';
  // Opened and over within one turn: whoever never heard of it need not hear that it is over.
  if (before === null) return null;
  return isSpokenOf || before.shown !== after.shown ? 'incident.updated' : null;
}
