import { rolloutRoutes } from '@carillon/contract/http/rollouts.routes';
import type { Response } from '@carillon/contract/http/route';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId } from '../testing/samples.js';

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

const at = '2026-12-06T10:00:00.000Z';
const rollout: Response<typeof rolloutRoutes.halt> = {
  ...{ id: sampleId(1), job: 'nightly', version: 2, baseVersion: 1, state: 'halted', open: 2, soakMs: 60_000 },
  rings: [
    { ring: '5%', hosts: 1 },
    { ring: '25%', hosts: 4 },
    { ring: '100%', hosts: 15 },
  ],
  haltOn: { failureRate: 10, minimum: 3 },
  reason: { code: 'failure_rate', text: 'failure rate 2 of 9', bad: 2, results: 9 },
  health: { hosts: 5, applied: 4, failed: 1, heldBack: 0, offline: 0, runs: 8, badRuns: 1 },
  ...{ author: 'Ann', comment: null, startedAt: at, openedAt: at, endedAt: null, canRollBack: true },
};

it('lists what is under way, and all of it when asked to', async () => {
  server.on(rolloutRoutes.list, () => ({ items: [rollout], next: null }));
  const { stdout } = await cli.run('rollouts');
  expect(stdout).toMatch(
    /nightly +v1 -> v2 +halted +2\/3 \(25%\) +4\/5 applied, 1 failed +8, 1 bad .*failure rate 2 of 9/,
  );
  expect(server.calls.at(-1)?.asked.query).toMatchObject({ underWay: true });
  await cli.run('rollouts', '--job', 'nightly');
  expect(server.calls.at(-1)?.asked.query).toMatchObject({ job: 'nightly' });
  expect(server.calls.at(-1)?.asked.query).not.toHaveProperty('underWay');
  server.on(rolloutRoutes.list, () => ({ items: [], next: null }));
  expect((await cli.run('rollouts')).stdout).toBe('no rollout is under way\n');
});

it('halts, resumes and rolls back, with a reason', async () => {
  server.on(rolloutRoutes.halt, () => rollout);
  server.on(rolloutRoutes.resume, () => ({ ...rollout, state: 'running' as const }));
  server.on(rolloutRoutes.rollBack, () => ({ job: 'nightly', version: 3, sameAs: 1, hosts: 20 }));
  expect((await cli.run('rollouts', 'halt', 'nightly', '--reason', 'slow')).stdout).toBe(
    'rollout of nightly v2 halted at ring 2 of 3 (4/5 applied, 1 failed)\n',
  );
  expect(server.calls.at(-1)?.asked).toMatchObject({ params: { name: 'nightly' }, body: { reason: 'slow' } });
  expect((await cli.run('rollouts', 'resume', 'nightly', '--reason', 'fine')).stdout).toContain('goes on at ring 2');
  expect((await cli.run('rollouts', 'rollback', 'nightly', '--reason', 'no')).stdout).toBe(
    'job nightly v3 says what v1 said, for 20 hosts\n',
  );
  expect((await cli.run('rollouts', 'rollback', 'nightly')).exitCode).toBe(2);
});
