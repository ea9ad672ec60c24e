import { randomUUID } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { JiraCloud } from '@carillon/testkit/jira-cloud';
import { ServiceNow } from '@carillon/testkit/service-now';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TicketWorker } from '../../alerting/ticketing/ticket-worker.js';
import { startTestApp, type TestApp } from '../../http/testing/test-app.js';
import { addAlert, addIncident } from '../../store/testing/incidents.js';
import { TicketLinkStore } from '../../store/ticket-link.store.js';
import { ApplyModule } from '../apply/apply.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { TicketHooksModule } from './ticket-hooks.module.js';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
let database: TestDatabase;
let app: TestApp;
let now: ServiceNow;
let cloud: JiraCloud;
let incident: { id: string; number: number };

beforeAll(async () => {
  [database, now, cloud] = await Promise.all([cloneDatabase(), ServiceNow.start(), JiraCloud.start()]);
  app = await startTestApp(database.url, { modules: [ApplyModule, ChannelsModule, TicketHooksModule] });
  // Only this test works on tickets, so that it knows when everything is done.
  await app.app.get(TicketWorker).onModuleDestroy();
  const signing = { secret: 'hook' };
  const values = { now: now.password, cloud: cloud.token, hook: secret };
  for (const [name, value] of Object.entries(values)) await app.call(api.channels.setSecret, { body: { name, value } });
  const snow = { kind: 'Channel', name: 'Snow', type: 'servicenow', url: now.url, username: now.user };
  const ops = { kind: 'Channel', name: 'ops', type: 'jira', url: cloud.url, username: cloud.user, project: 'OPS' };
  const documents = [
    { ...snow, password: { secret: 'now' }, signing },
    { ...snow, name: 'mute', password: { secret: 'now' } },
    { ...ops, password: { secret: 'cloud' }, signing: [signing] },
  ];
  await app.call(api.jobs.apply, { body: { documents } });
  incident = await addIncident(app.database);
  await addAlert(app.database, { incidentId: incident.id });
  for (const channel of ['snow', 'ops']) await links().want({ incidentId: incident.id, channel }, Date.now());
  await settle();
}, 180_000);
afterAll(async () => {
  await Promise.all([app.close(), now.close(), cloud.close()]);
  await database.drop();
});

const links = () => app.app.get(TicketLinkStore);
async function settle(): Promise<void> {
  while ((await app.app.get(TicketWorker).work()) > 0);
}
async function post(channel: string, { headers, body }: { headers: Record<string, string>; body: string | Buffer }) {
  const answer = await app.fetch(`/hooks/tickets/${channel}`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}
const acknowledgedBy = async () =>
  (await app.database.pool.query('SELECT acknowledged_by FROM incident WHERE id = $1', [incident.id])).rows[0]
    .acknowledged_by;
const notes = async () =>
  (await app.database.pool.query(`SELECT text FROM alert_log WHERE code = 'note' ORDER BY id`)).rows.map(
    ({ text }) => text,
  );
const sysId = () => now.all()[0]?.sys_id ?? '';
const issue = () => cloud.issues[0] as (typeof cloud.issues)[number];

describe('a signed webhook', () => {
  it('of Jira brings in what happened to the issue: its change, its comment', async () => {
    cloud.person({ status: 'In Progress', assignee: 'Ann' });
    expect(await post('ops', cloud.webhook(issue(), secret))).toMatchObject({ status: 202 });
    await settle();
    expect(await acknowledgedBy()).toBe('Ann (OPS-1)');
    cloud.say('a word in Jira');
    expect(await post('OPS', cloud.webhook(issue(), secret, { event: 'comment_created' }))).toMatchObject({
      status: 202,
    });
    await settle();
    expect(await notes()).toEqual(['a word in Jira']);
  });

  it('of ServiceNow does so by the documented rule', async () => {
    now.say('a word in ServiceNow');
    expect(await post('snow', now.webhook(sysId(), secret))).toMatchObject({ status: 202 });
    await settle();
    expect(await notes()).toEqual(['a word in Jira', 'a word in ServiceNow']);
  });

  it('is taken once, however often it is sent', async () => {
    const hook = now.webhook(sysId(), secret, { id: randomUUID() });
    const reads = now.requests.length;
    for (let time = 0; time < 3; time += 1) expect(await post('snow', hook)).toMatchObject({ status: 202 });
    await settle();
    expect(now.count('GET', /\/incident\/\w+$/)).toBeGreaterThan(0);
    const once = now.requests.length - reads;
    await post('snow', hook);
    await settle();
    expect(now.requests.length - reads).toBe(once);
  });
});

describe('what is not signed', () => {
  it('does nothing and is told nothing: not whether there is such a channel, secret or ticket', async () => {
    cloud.person({ status: 'Done', resolution: 'Done' });
    const reads = cloud.requests.length;
    const forged = cloud.webhook(issue(), 'another secret');
    const answers = await Promise.all([
      post('ops', forged),
      post('nobody', cloud.webhook(issue(), secret)),
      post('mute', now.webhook(sysId(), secret)),
      post('snow', now.webhook(sysId(), secret, { atMs: Date.now() - 400_000 })),
      post('ops', { headers: { 'content-type': 'application/json' }, body: forged.body }),
      post('ops', { ...cloud.webhook(issue(), secret), body: `${cloud.webhook(issue(), secret).body} ` }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    await settle();
    expect(cloud.requests).toHaveLength(reads);
  });

  it('is answered the same for a ticket that is ours and one that is not', async () => {
    const foreign = JSON.stringify({ sys_id: 'f'.repeat(32) });
    const ours = await post('snow', now.webhook(sysId(), secret));
    const { createHmac } = await import('node:crypto');
    const signature = `sha256=${createHmac('sha256', secret).update(foreign).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-hub-signature': signature };
    expect(await post('snow', { headers, body: foreign })).toEqual(ours);
  });

  it.each([
    ['is larger than a mebibyte', 'x'.repeat(1024 * 1024), 413],
    ['is no JSON', '{', 400],
  ])('is refused when it %s', async (_what, text, status) => {
    const body = status === 413 ? JSON.stringify({ text }) : text;
    expect(await post('ops', { headers: { 'content-type': 'application/json' }, body })).toMatchObject({ status });
  });

  it('is refused when it comes too often', async () => {
    const hook = { headers: { 'content-type': 'application/json' }, body: '{}' };
    const statuses: number[] = [];
    for (let batch = 0; batch < 12; batch += 1)
      statuses.push(
        ...(await Promise.all(Array.from({ length: 25 }, () => post('ops', hook)))).map(({ status }) => status),
      );
    expect(statuses).toContain(429);
  });
});
