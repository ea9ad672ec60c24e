import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { call } from '../../lib/api.js';
import { mayAnywhere, mayEverywhere } from '../../lib/may.js';
import { narrowPx } from './place-card.js';
import type { TourFacts } from './tour-steps.js';

const one = { limit: 1 } as const;

/**
 * What there is to show to this reader: rather what went wrong than what went well, since there is more to see in it. What
 * is refused or cannot be had is not there.
 * @param widthPx of the window
 */
export async function loadTourFacts(widthPx: number): Promise<TourFacts> {
  const [me, overview, failing, any, bad, runs, incidents] = await Promise.all([
    orNull(call(sessionRoutes.me, {})),
    orNull(call(sessionRoutes.overview, {})),
    orNull(call(jobRoutes.list, { ...one, health: 'failing' })),
    orNull(call(jobRoutes.list, one)),
    orNull(call(runRoutes.list, { ...one, state: 'failed' })),
    orNull(call(runRoutes.list, one)),
    orNull(call(incidentRoutes.list, { ...one, attention: 'true' })),
  ]);
  const grants = me?.grants;
  return {
    hosts: overview?.hosts.total ?? 0,
    jobs: any?.items.length ?? 0,
    job: failing?.items[0]?.name ?? any?.items[0]?.name ?? null,
    run: bad?.items[0]?.id ?? runs?.items[0]?.id ?? null,
    incident: incidents?.items[0]?.number ?? null,
    may: {
      enrol: mayEverywhere(grants, 'host.enrol'),
      write: mayAnywhere(grants, 'job.write'),
      handle: mayAnywhere(grants, 'incident.handle'),
    },
    isNarrow: widthPx < narrowPx,
  };
}

const orNull = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);
