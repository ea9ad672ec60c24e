import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';

let cli: CliHarness;
beforeEach(() => {
  cli = new CliHarness();
});
afterEach(() => cli.remove());

const job =
  'kind: Job\nname: x\ntargets: { all: true }\nschedule: { cron: "0 2 * * *", timezone: Europe/Berlin }\nrun: a.exe\n';

describe('xml of a file', () => {
  it('compiles it without a server', async () => {
    cli.file('x.yaml', job);
    const answer = await cli.run('xml', 'x.yaml', '--timezone', 'Asia/Shanghai');
    expect(answer.exitCode).toBe(0);
    expect(answer.stdout).toContain('<Command>carillon-agent.exe</Command>');
    expect(answer.stderr).toContain('\\Carillon\\x (Asia/Shanghai): gated');
    const [preview] = JSON.parse((await cli.run('xml', 'x.yaml', '--timezone', 'Europe/Berlin', '--json')).stdout);
    expect(preview).toMatchObject({ path: '\\Carillon\\x', hostTimezone: 'Europe/Berlin', exactness: 'exact' });
  });

  it('refuses files without jobs, missing files and unknown zones', async () => {
    cli.file('g.yaml', 'kind: HostGroup\nname: g\nhosts: [a]\n');
    expect((await cli.run('xml', 'g.yaml')).stderr).toContain('expected a document of kind Job');
    expect((await cli.run('xml', 'none.yaml')).exitCode).toBe(1);
    expect((await cli.run('xml', 'g.yaml', '--timezone', 'Mars/Base')).exitCode).toBe(2);
  });
});

describe('xml of a job', () => {
  it('asks the server', async () => {
    const server = await FakeServer.start();
    cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
    server.on(jobRoutes.taskXml, () => ({
      path: '\\Carillon\\x',
      hostTimezone: 'UTC',
      exactness: 'exact' as const,
      reasons: [],
      xml: '<Task/>',
    }));
    expect(await cli.run('xml', 'x')).toMatchObject({ exitCode: 0, stdout: '<Task/>\n' });
    await server.stop();
  });
});
