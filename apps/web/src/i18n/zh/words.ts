import type { Words } from '../en/words.js';
import type { Same } from '../same.js';
import { adoption } from './adoption.js';
import { common } from './common.js';
import { deliveries } from './deliveries.js';
import { editor } from './editor.js';
import { heatmap } from './heatmap.js';
import { hostPage } from './host-page.js';
import { hosts } from './hosts.js';
import { incidents } from './incidents.js';
import { jobPage } from './job-page.js';
import { jobs } from './jobs.js';
import { overview } from './overview.js';
import { runs } from './runs.js';
import { timeline } from './timeline.js';
import { times } from './times.js';

export const words: Same<Words> = {
  ...common,
  ...overview,
  ...hosts,
  ...hostPage,
  ...jobs,
  ...jobPage,
  ...runs,
  ...incidents,
  ...deliveries,
  ...editor,
  ...timeline,
  ...times,
  ...adoption,
  ...heatmap,
};
