import { type HostPresence, hostPresences } from '@carillon/core/state/states';
import { searchText, searchWord } from '../../lib/search.js';

/** The filter of the hosts page. */
export interface HostFilter {
  readonly search?: string | undefined;
  readonly presence?: HostPresence | undefined;
  /** `key=value`. */
  readonly label?: string | undefined;
}

/** The filter as the address has it. */
export function readHostFilter(search: Record<string, unknown>): HostFilter {
  return {
    search: searchText(search, 'search'),
    presence: searchWord(search, 'presence', hostPresences),
    label: searchText(search, 'label'),
  };
}
