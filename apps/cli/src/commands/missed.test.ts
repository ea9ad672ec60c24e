import { missedRunRoutes } from '@carillon/contract/http/missed-runs.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const at = '2026-03-01T02:00:00.000Z';
const missed = {
  id: '1',
  job: 'nightly',
  host: 'db-1',
  version: 1,
  scheduledFor: at,
  lastFor: at,
  occurrences: 3,
  verdict: 'missed' as const,
  cause: 'host_off' as const,
  certainty: 'certain' as const,
  text: 'the host was off',
  evidence: [],
  runId: null,
  decidedAt: at,
  amended: null,
};
const amended = { verdict: 'ran_late', cause: 'ran_late', text: 'it ran late', runId: null, at } as const;

describe('missed', () => {
  it('tells what did not run and why, and what was learnt later', async () => {
    server.on(missedRunRoutes.list, () => ({ items: [{ ...missed, amended }, missed], next: null }));
    const { stdout } = await cli.run('missed');
    expect(stdout).toMatch(/missed, then ran_late\s+ran_late\s+it ran late/);
    expect(stdout).toMatch(/ 3 {6}nightly {2}db-1 {2}missed\s+host_off\s+the host was off/);
    expect(JSON.parse((await cli.run('missed', '--json')).stdout)).toHaveLength(2);
  });

  it('asks for what is wanted, and knows the causes', async () => {
    let asked: unknown;
    server.on(missedRunRoutes.list, (input) => {
      asked = input;
      return { items: [], next: null };
    });
    const answer = await cli.run(
      'missed',
      '--job',
      'x',
      '--host',
      'y',
      '--cause',
      'host_off',
      '--since',
      '2026-03-01T00:00:00Z',
    );
    expect(answer.stdout).toBe('nothing was missed\n');
    expect(asked).toMatchObject({ query: { job: 'x', host: 'y', cause: 'host_off' } });
    const wrong = await cli.run('missed', '--cause', 'gremlins');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('--cause gremlins: expected one of ran, ran_late');
  });
});
