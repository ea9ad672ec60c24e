import { searchFlag, searchText } from '../../lib/search.js';

/** What the first page is asked to show. */
export interface NowFilter {
  /** Key of the label by which hosts are counted. */
  readonly label?: string | undefined;
  /** Tells the first steps, whatever was hidden or done. */
  readonly first?: true | undefined;
}

export function readNowFilter(search: Record<string, unknown>): NowFilter {
  return { label: searchText(search, 'label'), first: searchFlag(search, 'first') };
}
