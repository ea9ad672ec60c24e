/** What the pages of the dashboard ask when they are opened. A page is there when the last answer is. */
export interface DashboardPage {
  readonly name: string;
  /** Addresses below the API's prefix; all are asked at once. `turn` chooses another job, host or run each time. */
  readonly paths: (turn: number) => readonly string[];
}

/** What is there to be looked at. */
export interface DashboardNames {
  readonly job: (turn: number) => string;
  readonly host: (turn: number) => string;
  readonly run: (turn: number) => string;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** All pages that show something of the fleet; queries are those of apps/web/src/features. */
export function dashboardPages({ job, host, run }: DashboardNames, nowMs: number): DashboardPage[] {
  const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const midnightMs = Math.floor(nowMs / dayMs) * dayMs;
  const day = `from=${at(nowMs - 18 * hourMs)}&to=${at(nowMs + 6 * hourMs)}`;
  const nowPaths = ['/overview', '/incidents?attention=true&limit=5', '/now/activity', '/now/load', '/now/fleet'];
  return [
    { name: 'now', paths: () => nowPaths },
    { name: 'jobs', paths: () => ['/jobs?limit=100&recent=20&nextFire=true'] },
    {
      name: 'job',
      paths: (turn) => {
        const name = job(turn);
        return [`/jobs/${name}`, `/jobs/${name}/assignments`, `/jobs/${name}/statistics`, `/runs?job=${name}`];
      },
    },
    { name: 'runs', paths: () => ['/runs?limit=50'] },
    { name: 'failed runs', paths: () => ['/runs?bad=true&limit=50'] },
    { name: 'run', paths: (turn) => [`/runs/${run(turn)}`, `/runs/${run(turn)}/beside`, `/runs/${run(turn)}/output`] },
    { name: 'hosts', paths: () => ['/hosts?limit=50'] },
    {
      name: 'host',
      paths: (turn) => {
        const name = host(turn);
        return [`/hosts/${name}`, `/hosts/${name}/load`, `/hosts/${name}/assignments`, `/runs?host=${name}`];
      },
    },
    { name: 'timeline of hosts', paths: () => [`/timeline?by=host&${day}`] },
    { name: 'timeline of jobs', paths: () => [`/timeline?by=job&${day}`] },
    { name: 'heatmap, to come', paths: () => [`/load/expected?from=${at(midnightMs)}&days=8`] },
    {
      name: 'heatmap, past',
      paths: () => [`/runs/hours?from=${at(midnightMs - 7 * dayMs)}&to=${at(midnightMs + dayMs)}`],
    },
    { name: 'incidents', paths: () => ['/incidents', '/incident-counts'] },
  ];
}
