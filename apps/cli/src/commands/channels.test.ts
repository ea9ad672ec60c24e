import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

const at = '2026-03-01T11:00:00.000Z';
const channel = {
  ...{ name: 'email', type: 'smtp', description: '', enabled: true, fallback: null, health: 'works' as const },
  ...{ problem: null, missingSecrets: [], waiting: 0, dead: 2, updatedAt: at },
};
const lastCall = () => server.calls.at(-1);

describe('channels', () => {
  it('are listed with what keeps them from working', async () => {
    const problem = { code: 'gone', text: 'chat says that it is gone' };
    const others = [
      { ...channel, name: 'chat', health: 'stopped' as const, problem },
      { ...channel, name: 'phone', missingSecrets: ['twilio'] },
    ];
    server.on(channelRoutes.list, () => ({ items: [channel, ...others], next: null }));
    const { stdout } = await cli.run('channels');
    expect(stdout).toMatch(/email +smtp +works +0 +2/);
    expect(stdout).toContain('stopped: chat says that it is gone');
    expect(stdout).toContain('lacks twilio (carillon secret set)');
  });

  it('are tried, and a failure is one', async () => {
    let result = { sent: true, code: 'sent', message: '250 OK', tookMs: 12 };
    server.on(channelRoutes.test, () => result);
    expect(await cli.run('channels', 'test', 'email')).toMatchObject({
      exitCode: 0,
      stdout: 'sent in 12 ms (250 OK)\n',
    });
    result = { sent: false, code: 'http_404', message: 'HTTP 404', tookMs: 1 };
    const failed = await cli.run('channels', 'test', 'email');
    expect([failed.exitCode, failed.stderr]).toEqual([1, expect.stringContaining('not sent: HTTP 404 (http_404)')]);
  });
});

describe('deliveries', () => {
  it('are replayed by id, or by channel and time; never all by accident', async () => {
    server.on(channelRoutes.replay, () => ({ replayed: 2 }));
    expect((await cli.run('deliveries', 'replay')).exitCode).toBe(2);
    await cli.run('deliveries', 'replay', sampleId(1), sampleId(2));
    expect(lastCall()?.asked.body).toEqual({ ids: [sampleId(1), sampleId(2)] });
    expect((await cli.run('deliveries', '--channel', 'email', 'replay')).stdout).toBe('2 notices sent again\n');
    expect(lastCall()?.asked.body).toEqual({ channel: 'email' });
  });
});

describe('secrets', () => {
  it('are taken from standard input, without the line break at its end', async () => {
    server.on(channelRoutes.setSecret, () => ({ name: 'mail' }));
    cli.stdin = 'pass word\n';
    const { stdout, stderr } = await cli.run('secret', 'set', 'mail');
    expect(lastCall()?.asked.body).toEqual({ name: 'mail', value: 'pass word' });
    expect(stdout + stderr).not.toContain('pass word');
    cli.stdin = '';
    expect((await cli.run('secret', 'set', 'mail')).exitCode).toBe(1);
  });
});
