import { searchText } from '../../lib/search.js';

export interface AdoptionFilter {
  readonly search?: string | undefined;
  /** Id of the group that is looked at closely. */
  readonly group?: string | undefined;
}

/** The filter as the address has it. */
export function readAdoptionFilter(search: Record<string, unknown>): AdoptionFilter {
  return { search: searchText(search, 'search'), group: searchText(search, 'group') };
}
