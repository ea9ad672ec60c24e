import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, refuse } from '../testing/fake-server.js';
import { createdResults } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;

beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
  server.on(jobRoutes.apply, ({ body }) => ({
    dryRun: false,
    results: createdResults((body as { documents: unknown[] }).documents),
  }));
});

afterEach(async () => {
  await server.stop();
  cli.remove();
});

const task = (schedule = '0 2 * * *') =>
  `task:\n  name: "daily_backup"\n  type: "cron"\n  schedule: "${schedule}"\n  script_path: "/opt/scripts/backup.sh"\n  targets:\n    - "server-group-prod"\n`;

describe('import', () => {
  it('applies the article’s form as a job', async () => {
    cli.file('t.yaml', task());
    expect(await cli.run('import', 't.yaml')).toMatchObject({
      exitCode: 0,
      stdout: 'created job daily_backup v1 (1 host)\n',
    });
    expect(server.calls[0]?.asked.body).toMatchObject({
      documents: [{ kind: 'Job', targets: { groups: ['server-group-prod'] } }],
    });
  });

  it('prints the job file instead, which is YAML that apply reads', async () => {
    cli.file('t.yaml', task());
    const { stdout } = await cli.run('import', 't.yaml', '--print');
    expect(parse(stdout)).toMatchObject({
      kind: 'Job',
      name: 'daily_backup',
      run: { program: '/opt/scripts/backup.sh' },
    });
    expect(server.calls).toEqual([]);
    cli.stdin = stdout;
    expect(await cli.run('apply', '-f', '-')).toMatchObject({ exitCode: 0 });
  });

  it('points at the fields of the file that was written, not of the job made from it', async () => {
    cli.file('t.yaml', task('99 2 * * *'));
    expect((await cli.run('import', 't.yaml')).stderr).toMatch(
      /^t\.yaml:4: task\.schedule: expected .* in the minute field/,
    );
    cli.file('t.yaml', task());
    const problem = {
      path: 'targets.groups[0]',
      code: 'unknown_reference',
      expected: 'a group',
      got: '"server-group-prod"',
      message: 'targets.groups[0]: expected a group',
      document: 0,
    };
    server.on(jobRoutes.apply, () => {
      throw refuse(400, 'invalid', '1 problem', { problems: [problem] });
    });
    expect((await cli.run('import', 't.yaml')).stderr).toContain('t.yaml:7: task.targets[0]: expected a group');
  });

  it('refuses other forms', async () => {
    cli.file('t.yaml', 'kind: Job\n');
    const answer = await cli.run('import', 't.yaml');
    expect(answer).toMatchObject({ exitCode: 1 });
    expect(answer.stderr).toContain('a document with `task:`');
  });
});
