import { searchText } from '../../lib/search.js';

/** What the first page is asked to show. */
export interface NowFilter {
  /** Key of the label by which hosts are counted. */
  readonly label?: string | undefined;
}

export function readNowFilter(search: Record<string, unknown>): NowFilter {
  return { label: searchText(search, 'label') };
}
