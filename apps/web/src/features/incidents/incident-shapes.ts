import type { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import type { Response } from '@carillon/contract/http/route';

export type IncidentSummary = Response<typeof incidentRoutes.list>['items'][number];
export type Incident = Response<typeof incidentRoutes.get>;
