import { alertingFirst } from './alerting-first.js';
import { common } from './common.js';
import { deliveries } from './deliveries.js';
import { hosts } from './hosts.js';
import { incidents } from './incidents.js';
import { overview } from './overview.js';
import { runs } from './runs.js';
import { times } from './times.js';

/** What the first page and the frame say, and most of the lists. Other languages have the same keys; the compiler sees to it. */
export const words = {
  ...common,
  ...overview,
  ...hosts,
  ...runs,
  ...incidents,
  ...deliveries,
  ...times,
  ...alertingFirst,
};
