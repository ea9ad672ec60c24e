import { runRoutes } from '@carillon/contract/http/runs.routes';
import { limits } from '@carillon/contract/limits';
import { CliError, usageError } from './errors.js';
import type { Session } from './session.js';
import { localTime } from './times.js';

const wholeId = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const idPrefix = /^[0-9a-f][0-9a-f-]{3,35}$/;
const shownMatches = 5;

/**
 * Id of the run that is meant: a whole id, the beginning of one among recent runs, or `latest`.
 * @throws CliError when it could be none or several
 */
export async function findRun(session: Session, text: string): Promise<string> {
  const wanted = text.toLowerCase();
  if (wholeId.test(wanted)) return wanted;
  if (wanted === 'latest') {
    const { items } = await session.call(runRoutes.list, { limit: 1 });
    if (items[0]) return items[0].id;
    throw new CliError('there are no runs yet', { code: 'not_found' });
  }
  if (!idPrefix.test(wanted))
    throw usageError(
      `run: expected a run's id, at least its first 4 characters, or latest, got ${JSON.stringify(text)}`,
    );
  const { items } = await session.call(runRoutes.list, { limit: limits.pageItems.max });
  const matches = items.filter((run) => run.id.startsWith(wanted));
  if (matches.length === 1 && matches[0]) return matches[0].id;
  if (matches.length === 0)
    throw new CliError(`no recent run has an id that begins with ${wanted}`, { code: 'not_found' });
  const lines = matches
    .slice(0, shownMatches)
    .map((run) => `${run.id}  ${run.job} on ${run.host}, ${localTime(run.startedAt)}`);
  throw new CliError(`${wanted} is the beginning of ${matches.length} recent runs`, { code: 'conflict', lines });
}
