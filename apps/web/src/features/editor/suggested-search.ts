import { searchText } from '../../lib/search.js';
import type { Suggested } from './schedule-yaml.js';

/** What the address of the editor suggests. */
export function readSuggested(search: Record<string, unknown>): Suggested & { readonly bring?: number | undefined } {
  const later = Number(searchText(search, 'later'));
  const bring = Number(searchText(search, 'bring'));
  return {
    schedule: searchText(search, 'schedule'),
    jitter: searchText(search, 'jitter'),
    /** An earlier version whose file stands in the editor. */
    bring: Number.isInteger(bring) && bring > 0 ? bring : undefined,
    later: Number.isInteger(later) && later > 0 && later < 60 ? later : undefined,
  };
}
