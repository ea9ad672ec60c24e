import { type RunState, runStates } from '@carillon/core/state/states';
import { searchFlag, searchInstant, searchText, searchWord } from '../../lib/search.js';

/** The filter of the runs page. */
export interface RunFilter {
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly state?: RunState | undefined;
  readonly bad?: true | undefined;
  /** Started at or after, ISO 8601. */
  readonly since?: string | undefined;
  /** Started before. */
  readonly until?: string | undefined;
}

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readRunFilter(search: Record<string, unknown>): RunFilter {
  return {
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    state: searchWord(search, 'state', runStates),
    bad: searchFlag(search, 'bad'),
    since: searchInstant(search, 'since'),
    until: searchInstant(search, 'until'),
  };
}
