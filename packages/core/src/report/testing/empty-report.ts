import { composeReport } from '../compose-report.js';

/** A report in which there is nothing: of no jobs, over no time. */
export const emptyReport = composeReport({
  period: { fromMs: 0, toMs: 1 },
  jobs: [],
  incidents: [],
  openIncidents: 0,
  unreachable: [],
  unreachableHosts: 0,
});
