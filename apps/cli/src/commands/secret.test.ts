import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { jobSecretRoutes } from '@carillon/contract/http/job-secrets.routes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer, Refusal } from '../testing/fake-server.js';

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

const at = '2026-03-01T11:00:00.000Z';
const one = {
  ...{ purpose: 'secret' as const, name: 'etl-token', version: 2, description: '', jobs: ['etl-*'], expiresAt: null },
  ...{ author: 'ann', updatedAt: at, usedBy: ['etl-load'], notFor: [] as string[] },
  hosts: { total: 3, waiting: 1, stored: 2, verified: 0, own: 0, failed: 0 },
};
const asked = (route: string) => server.calls.filter((call) => call.route === route).map((call) => call.asked.body);

it('a secret for jobs comes from standard input and names its jobs', async () => {
  server.on(jobSecretRoutes.set, () => one);
  cli.stdin = 'pass word\n';
  const { stdout, stderr } = await cli.run('secret', 'set', 'etl-token', '--jobs', 'etl-*', 'nightly');
  expect(asked('POST /job-secrets')).toEqual([
    { purpose: 'secret', name: 'etl-token', value: 'pass word', jobs: ['etl-*', 'nightly'] },
  ]);
  expect(stdout).toBe('secret etl-token is set, version 2; 3 hosts: 2 have it, 1 wait\n');
  expect(stdout + stderr).not.toContain('pass word');
  cli.stdin = '';
  expect((await cli.run('secret', 'set', 'etl-token', '--jobs', 'x')).exitCode).toBe(1);
});

it('a secret of jobs is not taken for one of channels, and gets another value by rotate', async () => {
  server.on(jobSecretRoutes.get, () => one);
  server.on(jobSecretRoutes.set, () => one);
  cli.stdin = 'next value';
  const refused = await cli.run('secret', 'set', 'etl-token');
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('carillon secret rotate etl-token')]);
  expect(asked('POST /secrets')).toEqual([]);
  await cli.run('secret', 'rotate', 'etl-token', '--expires', '2026-09-01T00:00:00Z');
  expect(asked('POST /job-secrets')).toEqual([
    { purpose: 'secret', name: 'etl-token', value: 'next value', expiresAt: '2026-09-01T00:00:00.000Z' },
  ]);
});

it('another one is a channel, as ever', async () => {
  server.on(jobSecretRoutes.get, () => {
    throw new Refusal(404, { code: 'not_found', params: {}, message: 'no' });
  });
  server.on(channelRoutes.setSecret, () => ({ name: 'mail' }));
  cli.stdin = 'value';
  expect((await cli.run('secret', 'set', 'mail')).stdout).toBe('secret mail is set\n');
});

it('further jobs are allowed beside those that are', async () => {
  server.on(jobSecretRoutes.get, () => one);
  server.on(jobSecretRoutes.set, ({ body }) => ({ ...one, jobs: (body as { jobs: string[] }).jobs }));
  const { stdout } = await cli.run('secret', 'allow', 'etl-token', 'nightly');
  expect(asked('POST /job-secrets')).toEqual([{ purpose: 'secret', name: 'etl-token', jobs: ['etl-*', 'nightly'] }]);
  expect(stdout).toBe('secret etl-token is for etl-*, nightly\n');
});

it('an account shows which hosts are still on the password before, and why', async () => {
  const account = { ...one, purpose: 'account' as const, name: 'CORP\\etl' };
  server.on(jobSecretRoutes.get, () => account);
  const host = (name: string, changes: object) => ({
    ...{ host: name, jobs: ['etl-load'], state: 'verified' as const, version: 2, code: null, message: null },
    ...{ updatedAt: at, ...changes },
  });
  server.on(jobSecretRoutes.hosts, () => ({
    items: [host('DB01', {}), host('DB02', { state: 'failed', message: 'the user name or password is incorrect' })],
    next: null,
  }));
  const { stdout } = await cli.run('account', 'show', 'CORP\\etl');
  expect(stdout).toMatch(/DB01 +verified +2 +etl-load/);
  expect(stdout).toMatch(/DB02 +failed +2 +etl-load +the user name or password is incorrect/);
});
