import { wants } from '@carillon/core/alert/subscribe/subscription';
import { runSummaryView } from '../../shared/run-view.js';
import { takeFailedRuns } from '../../store/failed-runs.js';
import type { Client } from '../../store/pool-transaction.js';
import { listeningTo } from '../../store/subscription.store.js';
import { type NewEvent, queueEvents } from '../../store/subscription-events.js';

const perTurn = 500;

/**
 * Makes events of runs that failed, watched by a policy or not. The ingest only leaves their ids behind.
 * @returns `listening`: somebody hears of failed runs; `more`: there were more than one turn takes
 */
export async function queueFailedRuns(
  client: Client,
  to: (path: string) => string,
  nowMs: number,
): Promise<{ listening: boolean; more: boolean }> {
  const listeners = await listeningTo(client, 'run.failed');
  const runs = await takeFailedRuns(client, perTurn);
  const events = runs.flatMap(({ owner, labels, ...run }): NewEvent[] => {
    const about = [{ ...labels, owner, job: run.job, host: run.host }];
    const data = { run: runSummaryView(run), url: to(`/runs/${run.id}`) };
    return listeners
      .filter((listener) => wants(listener, 'run.failed', about))
      .map(({ id }) => ({ subscriptionId: id, type: 'run.failed', incidentId: null, runId: run.id, data }));
  });
  await queueEvents(client, events, nowMs);
  return { listening: listeners.length > 0, more: runs.length === perTurn };
}
