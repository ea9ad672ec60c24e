import { type PlaceFilter, searchInstant, searchPlace, searchWord } from '../../lib/search.js';

const views = ['coming', 'past'] as const;
export type HeatmapView = (typeof views)[number];

export interface HeatmapFilter extends PlaceFilter {
  /** The coming week without it. */
  readonly view?: HeatmapView | undefined;
  /** The hour that is looked at closely; the fullest one without it. */
  readonly hour?: string | undefined;
}

/** The filter as the address has it. */
export function readHeatmapFilter(search: Record<string, unknown>): HeatmapFilter {
  return {
    ...searchPlace(search),
    view: searchWord(search, 'view', views),
    hour: searchInstant(search, 'hour'),
  };
}
