import { type AlertSeverity, alertSeverities, type IncidentState, incidentStates } from '@carillon/core/state/states';
import { searchText, searchWord } from '../../lib/search.js';

/** The filter of the incidents page. */
export interface IncidentFilter {
  /** `all`: resolved ones too, newest first; without a state, open ones and what needs a person first. */
  readonly state?: IncidentState | 'all' | undefined;
  readonly severity?: AlertSeverity | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  /** `key=value`. */
  readonly label?: string | undefined;
}

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readIncidentFilter(search: Record<string, unknown>): IncidentFilter {
  return {
    state: searchWord(search, 'state', [...incidentStates, 'all'] as const),
    severity: searchWord(search, 'severity', alertSeverities),
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    label: searchText(search, 'label'),
  };
}

/** What the server is asked for. */
export function askedFor({ state, ...filter }: IncidentFilter) {
  if (state === undefined) return { ...filter, attention: 'true' as const };
  return state === 'all' ? filter : { ...filter, state };
}
