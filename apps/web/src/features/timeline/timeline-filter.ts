import { type PlaceFilter, searchFlag, searchInstant, searchPlace, searchText, searchWord } from '../../lib/search.js';
import { type Zoom, zooms } from './time-window.js';

const sides = ['host', 'job'] as const;
export type Side = (typeof sides)[number];

/** What the timeline shows, as its address says. */
export interface TimelineFilter extends PlaceFilter {
  /** What the rows are; hosts without it. */
  readonly by?: Side | undefined;
  readonly zoom?: Zoom | undefined;
  /** The left edge; without it the picture follows the clock. */
  readonly from?: string | undefined;
  readonly search?: string | undefined;
  readonly bad?: true | undefined;
}

export const usualZoom: Zoom = '6h';

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readTimelineFilter(search: Record<string, unknown>): TimelineFilter {
  return {
    ...searchPlace(search),
    by: searchWord(search, 'by', sides),
    zoom: searchWord(search, 'zoom', zooms),
    from: searchInstant(search, 'from'),
    search: searchText(search, 'search'),
    bad: searchFlag(search, 'bad'),
  };
}
