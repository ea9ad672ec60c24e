import type { Response } from '@carillon/contract/http/route';
import type { sessionRoutes } from '@carillon/contract/http/session.routes';

type Overview = Response<typeof sessionRoutes.overview>;

/** The numbers of a product in which nothing is yet. */
export function sampleOverview(change: Partial<Overview> = {}): Overview {
  return {
    at: '2026-11-23T08:00:00.000Z',
    version: '0.1.0',
    hosts: { total: 0, online: 0, lagging: 0, offline: 0, inSync: 0 },
    jobs: { total: 0, enabled: 0 },
    assignments: { total: 0, applied: 0, pending: 0, failed: 0 },
    runs: { total: 0, running: 0, succeeded: 0, warning: 0, bad: 0 },
    recentBad: [],
    ...change,
  };
}
