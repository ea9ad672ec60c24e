import { requestStates } from '@carillon/core/approval/change-request';
import { searchWord } from '../../lib/search.js';

export interface RequestFilter {
  readonly state?: (typeof requestStates)[number] | undefined;
}

/** What the address of the page says. */
export function readRequestFilter(search: Record<string, unknown>): RequestFilter {
  return { state: searchWord(search, 'state', requestStates) };
}
