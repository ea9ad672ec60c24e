import { searchText } from '../../lib/search.js';
import type { Suggested } from './schedule-yaml.js';

/** What the address of the editor suggests. */
export function readSuggested(search: Record<string, unknown>): Suggested {
  const later = Number(searchText(search, 'later'));
  return {
    schedule: searchText(search, 'schedule'),
    jitter: searchText(search, 'jitter'),
    later: Number.isInteger(later) && later > 0 && later < 60 ? later : undefined,
  };
}
