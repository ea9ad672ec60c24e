import type { DemoJob } from './demo-job.js';
import { daily } from './demo-jobs-daily.js';
import { nightly } from './demo-jobs-nightly.js';
import { oftenly } from './demo-jobs-often.js';

/** All jobs of the demo. */
export const demoJobs: readonly DemoJob[] = [...nightly, ...daily, ...oftenly];
