import { inventoryRoutes } from '@carillon/contract/http/inventory.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { createdResults, sampleJob, sampleSpec } from '../testing/samples.js';

let cli: CliHarness;
let server: FakeServer;
beforeEach(async () => {
  cli = new CliHarness();
  server = await FakeServer.start();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  cli.remove();
  await server.stop();
});

const document = {
  kind: 'Job',
  name: 'Nightly',
  targets: { hosts: ['web-01'] },
  schedule: [{ cron: '0 2 * * *' }],
  run: { program: 'C:\\b.exe' },
  replaces: ['\\Backup\\Nightly'],
};
const note = { code: 'priority', message: 'it runs at priority 7; the job at 5' };
const refused = {
  host: 'web-02',
  path: '\\Backup\\Nightly',
  problems: [{ code: 'account', message: 'it runs as CORP\\etl with a password' }],
};
const planning = (jobs: object[]) => server.on(inventoryRoutes.plan, () => ({ jobs, refused: [refused] }) as never);

it('prints the job files, what will not be the same and what is refused', async () => {
  planning([{ document, hosts: ['web-01'], notes: [note] }]);
  const { stdout, exitCode } = await cli.run('adopt', '\\Backup\\Nightly', '--dry-run');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`# not the same: ${note.message}\nkind: Job\nname: Nightly\n`);
  expect(stdout).toContain('replaces:\n  - \\Backup\\Nightly');
  expect(stdout).toContain('# refused: web-02 \\Backup\\Nightly: it runs as CORP\\etl with a password');
});

it('applies them', async () => {
  planning([{ document, hosts: ['web-01'], notes: [note] }]);
  server.on(jobRoutes.apply, ({ body }) => ({
    dryRun: false,
    results: createdResults((body as { documents: unknown[] }).documents),
  }));
  const { stdout } = await cli.run('adopt', 'abc', '--host', 'web-01', 'web-02', '--name', 'Nightly');
  expect(stdout).toContain('created job Nightly v1 (1 host)');
  expect(server.calls[0]?.asked.body).toEqual({ what: 'abc', hosts: ['web-01', 'web-02'], name: 'Nightly' });
});

it('changes nothing when nothing can be a job', async () => {
  planning([]);
  const { exitCode, stderr } = await cli.run('adopt', 'abc');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('web-02 \\Backup\\Nightly: it runs as CORP\\etl with a password');
  expect(server.calls).toHaveLength(1);
});

it('gives tasks back, and only of jobs that stand in for some', async () => {
  const detail = (replaces?: string[]) => ({
    ...sampleJob('Nightly'),
    spec: { ...sampleSpec('Nightly'), ...(replaces ? { replaces } : {}) },
    manifestHash: 'a',
    createdAt: '2026-03-01T02:00:00.000Z',
  });
  server.on(jobRoutes.get, () => detail(['\\Backup\\Nightly']));
  server.on(jobRoutes.remove, () => ({ name: 'Nightly', hosts: 2 }));
  const { stdout } = await cli.run('adopt', '--undo', 'Nightly');
  expect(stdout).toBe('deleted job Nightly; 2 hosts will have \\Backup\\Nightly back as before\n');
  server.on(jobRoutes.get, () => detail());
  expect((await cli.run('adopt', '--undo', 'Nightly')).stderr).toContain('stands in for no task');
});

it('lists groups, and the tasks of one with their differences', async () => {
  const group = { id: 'abc', name: 'Nightly', command: 'C:\\b.exe', tasks: 2, hosts: 2, variants: 2, replaced: 0 };
  const task = {
    host: 'web-01',
    path: '\\Nightly',
    group: 'abc',
    enabled: true,
    runAs: 'S-1-5-18',
    command: 'C:\\b.exe',
    arguments: '-x',
    workingDirectory: '',
    schedule: '0 2 * * *',
    lastResult: 0,
    lastRunAt: null,
    nextRunAt: null,
    problem: null,
    replacedBy: null,
  };
  server.on(inventoryRoutes.groups, () => ({ items: [group], next: null }));
  expect((await cli.run('inventory')).stdout).toMatch(/abc +Nightly +2 +2 +2 +0 +C:\\b.exe/);
  server.on(inventoryRoutes.group, () => ({
    ...group,
    items: [{ ...task, variant: 1 }],
    differences: [
      {
        field: 'arguments',
        values: [
          { value: '-x', hosts: 1 },
          { value: '', hosts: 1 },
        ],
      },
    ],
  }));
  expect((await cli.run('inventory', '--group', 'abc')).stdout).toMatch(
    /arguments differs:\nHOSTS +VALUE\n1 +-x\n1 +\(none\)/,
  );
  server.on(inventoryRoutes.ofHost, () => ({ items: [task], next: null }));
  const requestedAt = '2026-03-01T02:00:00.000Z';
  const asked = { requestedAt, asked: 2, offline: ['db-01'], offlineCount: 1, unable: [] };
  let late = ['web-01', 'web-02'];
  server.on(inventoryRoutes.refreshAll, () => asked);
  server.on(inventoryRoutes.stale, () => {
    const hosts = late;
    late = late.slice(1);
    return { count: hosts.length, hosts };
  });
  const fresh = await cli.run('inventory', '--refresh');
  expect(fresh).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('not connected, so as last told: db-01'),
  });
  late = ['web-01'];
  server.on(inventoryRoutes.stale, () => ({ count: 1, hosts: late }));
  const stale = await cli.run('inventory', '--host', 'web-01', '--refresh', '--wait', '1');
  expect(stale).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no answer within 1 s') });
  expect(stale.stdout).toContain('\\Nightly');
  expect(await cli.run('inventory', '--wait', '1')).toMatchObject({ exitCode: 2 });
  expect((await cli.run('inventory', '--host', 'web-01')).stdout).toMatch(/\\Nightly +abc +0 2 \* \* \*/);
});
