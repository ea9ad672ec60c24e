import type { lateWords as english } from '../en/late-words.js';
import type { Same } from '../same.js';
import { adoption } from './adoption.js';
import { editor } from './editor.js';
import { heatmap } from './heatmap.js';
import { hostPage } from './host-page.js';
import { jobPage } from './job-page.js';
import { runPage } from './run-page.js';
import { timeline } from './timeline.js';

export const lateWords: Same<typeof english> = {
  ...adoption,
  ...editor,
  ...heatmap,
  ...hostPage,
  ...jobPage,
  ...runPage,
  ...timeline,
};
