import type { words as english } from '../en/words.js';
import type { Same } from '../same.js';
import { common } from './common.js';
import { deliveries } from './deliveries.js';
import { hosts } from './hosts.js';
import { incidents } from './incidents.js';
import { jobs } from './jobs.js';
import { overview } from './overview.js';
import { runs } from './runs.js';
import { times } from './times.js';

export const words: Same<typeof english> = {
  ...common,
  ...overview,
  ...hosts,
  ...jobs,
  ...runs,
  ...incidents,
  ...deliveries,
  ...times,
};
