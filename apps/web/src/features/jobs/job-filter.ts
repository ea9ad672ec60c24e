import { type JobHealth, jobHealths, type Unsettled, unsettledKinds } from '@carillon/core/state/states';
import { searchText, searchWord } from '../../lib/search.js';

/** The filter of the jobs page. */
export interface JobFilter {
  readonly search?: string | undefined;
  readonly health?: JobHealth | undefined;
  readonly owner?: string | undefined;
  /** `key=value`, a host or a group. */
  readonly target?: string | undefined;
  /** Only jobs of which some assignment is like this. */
  readonly assignments?: Unsettled | undefined;
}

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readJobFilter(search: Record<string, unknown>): JobFilter {
  return {
    search: searchText(search, 'search'),
    health: searchWord(search, 'health', jobHealths),
    owner: searchText(search, 'owner'),
    target: searchText(search, 'target'),
    assignments: searchWord(search, 'assignments', unsettledKinds),
  };
}
