import { runStates } from '@carillon/core/state/states';
import { chosen, searchFlag, searchText, searchWord } from '../../lib/search.js';

export type RunFilter = ReturnType<typeof readRunFilter>;

/** The filter of the runs page as its address has it, so that it can be kept and sent to somebody. */
export function readRunFilter(search: Record<string, unknown>) {
  return chosen({
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    state: searchWord(search, 'state', runStates),
    bad: searchFlag(search, 'bad'),
  });
}
