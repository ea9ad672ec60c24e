import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import type { Request, Response } from '@carillon/contract/http/route';
import { limits } from '@carillon/contract/limits';
import { ExportButton } from '../../components/export-button.js';
import { call } from '../../lib/api.js';
import type { CsvColumn } from '../../lib/table-csv.js';

type Host = Response<typeof hostRoutes.list>['items'][number];
type Task = Response<typeof inventoryRoutes.ofHost>['items'][number];
const limit = limits.pageItems.max;

const hostColumns: readonly CsvColumn<Host>[] = [
  ['name', (host) => host.name],
  ['presence', (host) => host.presence],
  ['state', (host) => host.state],
  ['concerns', (host) => host.concerns.map(({ code }) => code).join(' ')],
  ['failing jobs', (host) => host.failingJobs],
  ['jobs', (host) => host.assignments.total],
  ['jobs applied', (host) => host.assignments.applied],
  ['in sync', (host) => host.inSync],
  [
    'labels',
    (host) =>
      Object.entries(host.labels)
        .map((label) => label.join('='))
        .join(' '),
  ],
  ['system', (host) => host.os],
  ['time zone', (host) => host.timezone],
  ['agent', (host) => host.agentVersion],
  ['last seen', (host) => host.lastSeenAt],
];

/** Every host that the filter lets through. */
export function ExportHosts({ filter }: { filter: Request<typeof hostRoutes.list> }) {
  return (
    <ExportButton
      name="hosts"
      columns={hostColumns}
      read={(cursor, signal) => call(hostRoutes.list, { ...filter, limit, cursor }, signal)}
    />
  );
}

const taskColumns: readonly CsvColumn<Task>[] = [
  ['host', (task) => task.host],
  ['path', (task) => task.path],
  ['enabled', (task) => task.enabled],
  ['run as', (task) => task.runAs],
  ['command', (task) => task.command],
  ['arguments', (task) => task.arguments],
  ['working directory', (task) => task.workingDirectory],
  ['schedule', (task) => task.schedule],
  ['last result', (task) => task.lastResult],
  ['last run', (task) => task.lastRunAt],
  ['next run', (task) => task.nextRunAt],
  ['problem', (task) => task.problem],
  ['replaced by', (task) => task.replacedBy],
];

/** Every task of a host that is neither Windows' nor ours. */
export function ExportTasks({ host }: { host: string }) {
  return (
    <ExportButton
      name="tasks"
      columns={taskColumns}
      read={(cursor, signal) => call(inventoryRoutes.ofHost, { name: host, limit, cursor }, signal)}
    />
  );
}
