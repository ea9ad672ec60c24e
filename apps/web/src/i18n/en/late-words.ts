import { adoption } from './adoption.js';
import { editor } from './editor.js';
import { heatmap } from './heatmap.js';
import { hostPage } from './host-page.js';
import { jobPage } from './job-page.js';
import { runPage } from './run-page.js';
import { timeline } from './timeline.js';

/** Words that only pages behind the first one say: what is opened first is lighter without them. */
export const lateWords = {
  ...adoption,
  ...editor,
  ...heatmap,
  ...hostPage,
  ...jobPage,
  ...runPage,
  ...timeline,
};
