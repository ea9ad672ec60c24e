import { calendarRoutes } from '@carillon/contract/http/calendars.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';

let server: FakeServer;
let cli: CliHarness;
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

const calendar = {
  ...{ name: 'holidays', description: '', days: ['12-25'], coming: ['2026-12-25'], jobs: ['etl'], jobsTotal: 3 },
  ...{ author: 'ann', updatedAt: '2026-03-01T11:00:00.000Z' },
};
const file =
  'kind: Calendar\nname: holidays\ndays: 12-25\n---\nkind: Job\nname: x\ntargets: { all: true }\nschedule: { cron: 0 2 * * *, calendar: CALENDAR }\nrun: a.exe\n';

it('calendars are listed with the next day and the jobs that keep to them', async () => {
  const over = { ...calendar, name: 'over', coming: [], jobs: [], jobsTotal: 0 };
  server.on(calendarRoutes.list, () => ({ items: [calendar, over], next: null }));
  const { stdout } = await cli.run('calendars');
  expect(stdout).toMatch(/holidays +2026-12-25 +1 +etl and 2 more/);
  expect(stdout).toMatch(/over +no day to come +0 +-/);
});

it('an apply tells of the jobs that follow', async () => {
  const result = { change: 'updated' as const, version: null, hosts: null };
  const followed = [{ kind: 'Job' as const, name: 'etl', change: 'updated' as const, version: 2, hosts: 3 }];
  server.on(jobRoutes.apply, () => ({
    dryRun: false,
    results: [{ kind: 'Calendar' as const, name: 'holidays', ...result }],
    followed,
  }));
  cli.file('c.yaml', 'kind: Calendar\nname: holidays\ndays: 12-25\n');
  const { stdout } = await cli.run('apply', '-f', 'c.yaml');
  expect(stdout).toBe('updated calendar holidays\nupdated job etl v2 (3 hosts): by its calendar\n');
});

it('a task is printed with the days of a calendar of the same file, and not without', async () => {
  cli.file('x.yaml', file.replace('CALENDAR', '-holidays'));
  expect((await cli.run('xml', 'x.yaml', '--timezone', 'UTC')).stderr).toContain('gated');
  cli.file('x.yaml', file.replace('CALENDAR', '-unknown'));
  const refused = await cli.run('xml', 'x.yaml');
  expect(refused.stderr).toMatch(
    /x\.yaml:8: schedule\[0\]\.calendar: expected the name of a saved Calendar, got "unknown"/,
  );
});
