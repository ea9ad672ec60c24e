import { hostPresences } from '@carillon/core/state/states';
import { chosen, searchText, searchWord } from '../../lib/search.js';

export type HostFilter = ReturnType<typeof readHostFilter>;

/** The filter of the hosts page as its address has it. */
export function readHostFilter(search: Record<string, unknown>) {
  return chosen({
    search: searchText(search, 'search'),
    presence: searchWord(search, 'presence', hostPresences),
    /** `key=value`. */
    label: searchText(search, 'label'),
  });
}
