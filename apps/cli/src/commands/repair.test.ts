import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { taskChangeRoutes } from '@carillon/contract/http/task-changes.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleCommand, sampleId } from '../testing/samples.js';

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

const fields = [{ path: 'settings.enabled', wanted: true, found: false }];
const driftOf = (host: string, more: object = {}) => ({
  ...{ host, presence: 'online' as const, changeId: sampleId(1), found: 'disabled' as const, fields },
  ...{ noticedAt: '2026-11-26T02:00:00.000Z', changedAt: null, changedBy: null, differences: ['x'], canRepair: true },
  ...more,
});

describe('repair --plan', () => {
  it('shows what would be put back, hosts that differ alike together, and asks for nothing', async () => {
    const gone = driftOf('c\u001b[2J', { found: 'deleted', fields: null, differences: [], canRepair: false });
    server.on(jobRoutes.drift, () => ({ items: [driftOf('a'), gone, driftOf('b')], next: null }));
    const { stdout, exitCode } = await cli.run('repair', 'Backup', '--plan');
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
      '2 hosts (disabled): a, b',
      'FIELD             NOW    WILL BE',
      'settings.enabled  false  true',
      '1 host (deleted): c\\x1b[2J',
      '  the task is made anew',
      'agents to upgrade first: c\\x1b[2J',
      '',
    ]);
    const json = await cli.run('repair', 'Backup', '--plan', '--host', 'B', '--json');
    expect(JSON.parse(json.stdout)).toEqual([driftOf('b')]);
    expect(server.calls.map(({ route }) => route)).not.toContain('POST /jobs/:name/repair');
  });
});

describe('repair', () => {
  const answers = (...given: Partial<Parameters<typeof sampleCommand>[0] & object>[]) => {
    const commands = given.map((each, index) => sampleCommand({ id: sampleId(index), action: 'repair', ...each }));
    server.on(jobRoutes.repair, () => ({ commands: commands.map((each) => ({ ...each, state: 'queued' as const })) }));
    server.on(jobRoutes.command, ({ params }) => commands.find(({ id }) => id === params.id) ?? sampleCommand());
  };

  it('waits for each host, and says what became of its task', async () => {
    answers({ host: 'a', state: 'done', code: 'repaired' }, { host: 'b', state: 'done', code: 'as_defined' });
    expect(await cli.run('repair', 'Backup', '--host', 'a', 'b')).toMatchObject({
      exitCode: 0,
      stdout: 'a: put back as defined\nb: was as defined, nothing changed\n',
    });
    expect(server.calls[0]?.asked).toMatchObject({ params: { name: 'Backup' }, body: { hosts: ['a', 'b'] } });
  });

  it('fails where a host did not', async () => {
    const message = 'agent 1.4.2 cannot repair one task; upgrade it';
    answers(
      { host: 'a', state: 'done', code: 'repaired' },
      { host: 'b', state: 'rejected', code: 'unsupported', message },
    );
    expect(await cli.run('repair', 'Backup')).toMatchObject({
      exitCode: 1,
      stdout: `a: put back as defined\nb: rejected: unsupported: ${message}\n`,
    });
    expect(server.calls[0]?.asked.body).toEqual({});
  });

  it('of what is as it should be everywhere is no failure', async () => {
    answers();
    expect(await cli.run('repair', 'Backup')).toMatchObject({
      exitCode: 0,
      stdout: 'no host is known to differ, so nothing was asked for\n',
    });
  });
});

describe('changes --adopt', () => {
  it('is the other way: the host keeps what it has', async () => {
    server.on(taskChangeRoutes.adopt, () => ({ job: 'Backup', host: 'a', version: 4 }));
    const { stdout } = await cli.run('changes', '--adopt', sampleId(1), '--override-freeze', 'payroll');
    expect(stdout).toBe('job Backup v4: a keeps what it has\n');
    expect(server.calls[0]?.asked).toMatchObject({ params: { id: sampleId(1) }, query: { overrideFreeze: 'payroll' } });
  });
});
