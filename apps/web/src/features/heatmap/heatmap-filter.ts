import { searchText, searchWord } from '../../lib/search.js';

const views = ['coming', 'past'] as const;
export type HeatmapView = (typeof views)[number];

export interface HeatmapFilter {
  /** The coming week without it. */
  readonly view?: HeatmapView | undefined;
  /** The hour that is looked at closely; the fullest one without it. */
  readonly hour?: string | undefined;
  readonly job?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: string | undefined;
}

/** The filter as the address has it. */
export function readHeatmapFilter(search: Record<string, unknown>): HeatmapFilter {
  const hour = searchText(search, 'hour');
  return {
    view: searchWord(search, 'view', views),
    hour: hour !== undefined && Number.isFinite(Date.parse(hour)) ? hour : undefined,
    job: searchText(search, 'job'),
    host: searchText(search, 'host'),
    label: searchText(search, 'label'),
  };
}
