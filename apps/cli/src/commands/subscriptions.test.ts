import type { Response } from '@carillon/contract/http/route';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';
import { sampleId } from '../testing/samples.js';

let server: FakeServer;
let cli: CliHarness;
const at = '2026-03-01T11:00:00.000Z';
const helpdesk: Response<typeof subscriptionRoutes.get> = {
  ...{
    id: sampleId(1),
    name: 'helpdesk',
    url: 'https://helpdesk.example/hook',
    events: ['incident.opened'],
    match: [],
  },
  ...{ signing: [{ secret: 'hook' }], allowPrivateAddresses: false, enabled: true, health: 'works', problem: null },
  ...{
    failingSince: null,
    missingSecrets: [],
    waiting: 0,
    dead: 2,
    dropped: 0,
    author: 'Ann',
    createdAt: at,
    updatedAt: at,
  },
};
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
  server.on(subscriptionRoutes.list, () => ({ items: [helpdesk], next: null }));
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});
const lastCall = () => server.calls.at(-1);
const run = (...args: string[]) => cli.run('subscriptions', ...args);

it('subscriptions are listed, shown, made and deleted', async () => {
  expect((await run()).stdout).toMatch(/helpdesk +works +0 +2 +incident\.opened/);
  expect((await run('show', 'HelpDesk')).stdout).toContain('0; 2 given up');
  expect(await run('show', 'nobody')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nobody') });
  server.on(subscriptionRoutes.create, () => helpdesk);
  await run('add', 'helpdesk', '--url', helpdesk.url, '--secret', 'hook', '--match', 'env=prod', 'severity=high');
  expect(lastCall()?.asked.body).toMatchObject({
    ...{ name: 'helpdesk', signing: [{ secret: 'hook' }], match: ['env=prod', 'severity=high'] },
    events: ['incident.opened', 'incident.updated', 'incident.resolved', 'run.failed'],
  });
  expect((await run('add', 'helpdesk', '--url', helpdesk.url)).exitCode).toBe(2);
  server.on(subscriptionRoutes.remove, () => ({ id: helpdesk.id }));
  expect((await run('delete', 'helpdesk')).stdout).toBe('subscription helpdesk is deleted\n');
});

it('a test that fails is a failure', async () => {
  server.on(subscriptionRoutes.test, () => ({ sent: false, code: 'http_404', message: 'HTTP 404', tookMs: 3 }));
  expect(await run('test', 'helpdesk')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('http_404') });
});

it('events are listed and sent again, never all by accident', async () => {
  const outcome = { code: 'http_500', text: 'HTTP 500' };
  const event = { id: sampleId(2), number: 7, type: 'incident.opened' as const, incident: 42, runId: null };
  const items = [{ ...event, state: 'dead' as const, attempts: 3, createdAt: at, sentAt: null, nextAt: null, outcome }];
  server.on(subscriptionRoutes.deliveries, () => ({ items, next: null }));
  expect((await run('deliveries', 'helpdesk')).stdout).toMatch(/incident\.opened +#42 +dead +3 +HTTP 500/);
  expect(JSON.parse((await run('deliveries', 'helpdesk', '--json')).stdout)).toMatchObject([{ number: 7 }]);
  server.on(subscriptionRoutes.replay, () => ({ replayed: 2 }));
  expect((await run('replay', 'helpdesk')).exitCode).toBe(2);
  expect((await run('replay', 'helpdesk', '--since', '2h')).stdout).toBe('2 events sent again\n');
  expect(lastCall()?.asked.body).toEqual({ since: '2026-03-01T10:00:00.000Z', sent: false });
  await run('replay', 'helpdesk', sampleId(2));
  expect(lastCall()?.asked.body).toEqual({ ids: [sampleId(2)] });
});
