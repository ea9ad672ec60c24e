import { incidentRoutes } from '@carillon/contract/http/incidents.routes';
import { pagedQuery } from '../../lib/api.js';

/** Every decision about an incident, by pages. */
export const timelineQuery = (number: number) => pagedQuery(incidentRoutes.log, { number, limit: 100 }, 5_000);
