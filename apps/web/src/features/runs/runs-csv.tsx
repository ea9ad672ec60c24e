import { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import { apiPrefix, type Request, type Response } from '@carillon/contract/http/route';
import { runRoutes } from '@carillon/contract/http/runs.routes';
import { limits } from '@carillon/contract/limits';
import { ExportButton, ExportLink } from '../../components/export-button.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call } from '../../lib/api.js';
import { queryOf } from '../../lib/saved-views.js';
import type { CsvColumn } from '../../lib/table-csv.js';

/** Runs as the server writes them down: they are too many to pass through a page. */
export function ExportRuns({ filter }: { filter: Request<typeof runRoutes.table> }) {
  const query = queryOf(filter);
  return <ExportLink href={`${apiPrefix}${runRoutes.table.path}${query === '' ? '' : `?${query}`}`} />;
}

type Missed = Response<typeof missedRunRoutes.list>['items'][number];

/** Heads and codes are the same in every language; what is a sentence is the reader's. */
const columns = ({ whyText }: ReturnType<typeof useServerText>): readonly CsvColumn<Missed>[] => [
  ['first due', (missed) => missed.scheduledFor],
  ['last due', (missed) => missed.lastFor],
  ['starts', (missed) => missed.occurrences],
  ['verdict', (missed) => missed.verdict],
  ['job', (missed) => missed.job],
  ['version', (missed) => missed.version],
  ['host', (missed) => missed.host],
  ['cause', (missed) => missed.cause],
  ['certainty', (missed) => missed.certainty],
  ['reason', ({ cause, text, figures }) => whyText({ reason: cause, text, figures })],
  ['run', (missed) => missed.runId],
  ['decided', (missed) => missed.decidedAt],
  ['later verdict', (missed) => missed.amended?.verdict],
  ['later reason', ({ amended }) => amended && whyText({ ...amended, reason: amended.cause })],
];

/** Every expected run that did not simply happen and that the filter lets through. */
export function ExportMissed({ filter }: { filter: Request<typeof missedRunRoutes.list> }) {
  return (
    <ExportButton
      name="missed-runs"
      columns={columns(useServerText())}
      read={(cursor, signal) => call(missedRunRoutes.list, { ...filter, limit: limits.pageItems.max, cursor }, signal)}
    />
  );
}
