import type { words as english } from '../en/words.js';
import type { Same } from '../same.js';
import { alertingFirst } from './alerting-first.js';
import { common } from './common.js';
import { deliveries } from './deliveries.js';
import { hosts } from './hosts.js';
import { incidents } from './incidents.js';
import { overview } from './overview.js';
import { runs } from './runs.js';
import { times } from './times.js';

export const words: Same<typeof english> = {
  ...common,
  ...overview,
  ...hosts,
  ...runs,
  ...incidents,
  ...deliveries,
  ...times,
  ...alertingFirst,
};
