import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Request, Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { ExportButton } from '../../components/export-button.js';
import { useServerText } from '../../i18n/use-server-text.js';
import { call } from '../../lib/api.js';
import type { CsvColumn } from '../../lib/table-csv.js';

type Incident = Response<typeof incidentRoutes.list>['items'][number];

/** Heads and codes are the same in every language; what is a sentence is the reader's. */
const columns = ({ titleText, muteText }: ReturnType<typeof useServerText>): readonly CsvColumn<Incident>[] => [
  ['number', (incident) => incident.number],
  ['state', (incident) => incident.state],
  ['severity', (incident) => incident.severity],
  ['title', (incident) => titleText(incident)],
  ['policy', (incident) => incident.policy],
  ['job', (incident) => incident.job],
  ['host', (incident) => incident.host],
  ['hosts', (incident) => incident.spread.hosts],
  ['alerts firing', (incident) => incident.spread.firing],
  ['alerts', (incident) => incident.spread.total],
  ['opened', (incident) => incident.openedAt],
  ['updated', (incident) => incident.updatedAt],
  ['resolved', (incident) => incident.resolvedAt],
  ['acknowledged by', (incident) => incident.acknowledgedBy],
  ['acknowledged', (incident) => incident.acknowledgedAt],
  ['assignee', (incident) => incident.assignee],
  ['muted', (incident) => incident.muted && muteText(incident.muted)],
  ['tickets', (incident) => incident.links?.map(({ key }) => key).join(' ')],
];

/** Every incident that the filter lets through. */
export function ExportIncidents({ filter }: { filter: Request<typeof incidentRoutes.list> }) {
  return (
    <ExportButton
      name="incidents"
      columns={columns(useServerText())}
      read={(cursor, signal) => call(incidentRoutes.list, { ...filter, limit: limits.pageItems.max, cursor }, signal)}
    />
  );
}
