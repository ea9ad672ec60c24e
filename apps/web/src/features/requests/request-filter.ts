import { requestStates } from '@carillon/core/approval/change-request';
import { searchText, searchWord } from '../../lib/search.js';

export interface RequestFilter {
  readonly state?: (typeof requestStates)[number] | undefined;
  /** The one that is looked at. */
  readonly number?: number | undefined;
}

/** What the address of the page says. */
export function readRequestFilter(search: Record<string, unknown>): RequestFilter {
  const number = Number(searchText(search, 'number'));
  return {
    state: searchWord(search, 'state', requestStates),
    number: Number.isSafeInteger(number) && number > 0 ? number : undefined,
  };
}
