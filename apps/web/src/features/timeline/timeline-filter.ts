import { searchFlag, searchText, searchWord } from '../../lib/search.js';
import { type Zoom, zooms } from './time-window.js';

const sides = ['host', 'job'] as const;
export type Side = (typeof sides)[number];

/** What the timeline shows, as its address says. */
export interface TimelineFilter {
  /** What the rows are; hosts without it. */
  readonly by?: Side | undefined;
  readonly zoom?: Zoom | undefined;
  /** The left edge; without it the picture follows the clock. */
  readonly from?: string | undefined;
  readonly search?: string | undefined;
  /** `key=value`. */
  readonly label?: string | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly bad?: true | undefined;
}

export const usualZoom: Zoom = '6h';

/** The filter as the address has it, so that it can be kept and sent to somebody. */
export function readTimelineFilter(search: Record<string, unknown>): TimelineFilter {
  const from = searchText(search, 'from');
  return {
    by: searchWord(search, 'by', sides),
    zoom: searchWord(search, 'zoom', zooms),
    from: from !== undefined && Number.isFinite(Date.parse(from)) ? from : undefined,
    search: searchText(search, 'search'),
    label: searchText(search, 'label'),
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    bad: searchFlag(search, 'bad'),
  };
}
