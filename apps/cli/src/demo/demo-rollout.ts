import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Place } from '../fleet/place.js';
import type { DemoJob } from './demo-job.js';

/** A job of all hosts. */
const name = 'software-inventory';

/** A new version of a job, ring by ring; its soak is long enough to be looked at. */
export async function startDemoRollout(place: Place, jobs: readonly DemoJob[]): Promise<void> {
  const job = jobs.find(({ file }) => file.name === name);
  if (!job) return;
  const rollout = { rings: [{ labels: { env: 'test' } }, '25%', '100%'], soak: '4h' };
  const file = { ...job.file, alerts: job.alerts, description: 'Lists what is installed, drivers too', rollout };
  await place.call(jobRoutes.apply, {
    body: { documents: [file], author: 'm.weber', reason: 'drivers belong to the inventory' },
  });
}
