import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import { samplePlanned } from '../testing/sample-plan.js';

const hash = '0123456789abcdef';
let server: FakeServer;
let cli: CliHarness;

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
  cli.file('a.yaml', 'kind: Job\nname: nightly\ntargets: { all: true }\nschedule: "0 2 * * *"\nrun: x.exe\n');
  answers([samplePlanned()]);
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

/** A server that plans this, and changes what it planned. */
function answers(results: ReturnType<typeof samplePlanned>[]): void {
  server.on(jobRoutes.apply, ({ body }) => {
    const { dryRun, plan } = body as { dryRun: boolean; plan?: boolean };
    return plan ? { dryRun, results, plan: { hash, moved: [] } } : { dryRun, results };
  });
}
const bodies = () => server.calls.map(({ asked }) => asked.body as { dryRun: boolean; expectPlan?: string });

describe('apply --plan', () => {
  it('tells what would change, changes nothing, and ends with 2', async () => {
    const { exitCode, stdout, stderr } = await cli.run('apply', '-f', 'a.yaml', '--plan');
    expect([exitCode, stderr]).toEqual([2, '']);
    expect(stdout).toBe(
      [
        'updated job nightly v2 (2 hosts)',
        '  - schedule: 0 2 * * *',
        '  + schedule: 30 2 * * *',
        '  gains 1 host (DB-02)',
        '  loses 2 hosts (DB-01, and 1 more)',
        '  runs as: system on 1 host -> s4u:.\\etl (highest) on 2 hosts',
        '  next in Europe/Berlin: 2026-03-29 03:30 (clocks go forward: later by the gap)',
        '',
        `plan ${hash}: 0 to create, 1 to update, 0 unchanged; nothing was changed`,
        '',
      ].join('\n'),
    );
    expect(bodies()).toMatchObject([{ dryRun: true, plan: true }]);
  });

  it('says who has to approve it', async () => {
    server.on(jobRoutes.apply, () => ({
      dryRun: true,
      results: [samplePlanned()],
      plan: { hash, moved: [], approval: { required: 2, groups: ['prod', 'vault'] } },
    }));
    const said = 'it waits for 2 approvals by others: hosts of the protected groups';
    expect((await cli.run('apply', '-f', 'a.yaml', '--plan')).stdout).toContain(`${said} prod, vault\n`);
    expect((await cli.run('apply', '-f', 'a.yaml', '--plan', '--format', 'markdown')).stdout).toContain(said);
  });

  it('ends with 0 where nothing would change', async () => {
    answers([samplePlanned({ change: 'unchanged', plan: {} })]);
    expect(await cli.run('apply', '-f', 'a.yaml', '--plan')).toMatchObject({ exitCode: 0 });
  });

  it('is a comment, or JSON', async () => {
    const comment = await cli.run('apply', '-f', 'a.yaml', '--plan', '--format', 'markdown');
    expect([comment.exitCode, comment.stdout.split('\n')[0]]).toEqual([
      2,
      '### Carillon plan: 0 to create, 1 to update, 0 unchanged',
    ]);
    for (const form of [['--format', 'json'], ['--json']]) {
      const { stdout, exitCode } = await cli.run('apply', '-f', 'a.yaml', '--plan', ...form);
      expect([exitCode, JSON.parse(stdout)]).toMatchObject([2, { hash, results: [{ name: 'nightly' }] }]);
    }
  });

  it.each([
    [['--format', 'html'], '--format'],
    [['--nope'], '--nope'],
    [['--dry-run'], '--dry-run'],
  ])('ends with 1 for wrong usage (%j), which must not pass for a change', async (wrong, named) => {
    const { exitCode, stderr } = await cli.run('apply', '-f', 'a.yaml', '--plan', ...wrong);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(named);
    expect(server.calls).toEqual([]);
  });

  it('ends with 1 for an error, and on a server that knows of no plans', async () => {
    server.on(jobRoutes.apply, () => ({ dryRun: true, results: [] }));
    const old = await cli.run('apply', '-f', 'a.yaml', '--plan');
    expect(old).toMatchObject({ exitCode: 1, stdout: '' });
    expect(old.stderr).toContain('too old to plan');
    server.on(jobRoutes.apply, () => {
      throw refuse(403, 'forbidden', 'no');
    });
    expect(await cli.run('apply', '-f', 'a.yaml', '--plan')).toMatchObject({ exitCode: 1 });
  });
});

describe('apply --expect', () => {
  it('does what was planned, and lets the server compare again', async () => {
    expect(await cli.run('apply', '-f', 'a.yaml', '--expect', hash)).toMatchObject({ exitCode: 0 });
    expect(bodies()).toMatchObject([{ dryRun: true }, { dryRun: false, expectPlan: hash }]);
  });

  it('of another plan changes nothing', async () => {
    const answer = await cli.run('apply', '-f', 'a.yaml', '--expect', 'ffffffffffffffff');
    expect(answer.exitCode).toBe(1);
    expect(answer.stderr).toContain(`expected the plan ffffffffffffffff, got ${hash}`);
    expect(bodies().every(({ dryRun }) => dryRun)).toBe(true);
  });

  it('needs a hash', async () => {
    expect(await cli.run('apply', '-f', 'a.yaml', '--expect', 'latest')).toMatchObject({ exitCode: 2 });
    expect(server.calls).toEqual([]);
  });
});
