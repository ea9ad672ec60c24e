import { randomUUID } from 'node:crypto';
import { api } from '@carillon/contract/http/api';
import { cloneDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { JiraCloud } from '@carillon/testkit/jira-cloud';
import { ServiceNow } from '@carillon/testkit/service-now';
import { expect, it } from 'vitest';
import { startTestApp } from '../../http/testing/test-app.js';
import { ApplyModule } from '../apply/apply.module.js';
import { ChannelsModule } from './channels.module.js';

it('a channel is tried with a real notice, tells what it lacks, and keeps its secret to itself', async () => {
  const database = await cloneDatabase();
  const sink = await HttpSink.start();
  const app = await startTestApp(database.url, { modules: [ApplyModule, ChannelsModule] });
  const channel = { kind: 'Channel', name: 'Chat', type: 'slack', url: { secret: 'chat-url' } };
  await app.call(api.jobs.apply, { body: { documents: [channel] } });

  expect((await app.call(api.channels.list, {})).items).toMatchObject([{ name: 'Chat', missingSecrets: ['chat-url'] }]);
  expect(await app.call(api.channels.test, { name: 'chat' })).toMatchObject({ sent: false, code: 'no_secret' });

  await app.call(api.channels.setSecret, { body: { name: 'chat-url', value: `${sink.url}/services/T0/B0/x` } });
  expect((await app.call(api.channels.secrets, {})).items).toMatchObject([{ name: 'chat-url', usedBy: ['Chat'] }]);
  sink.answer = () => ({ body: 'ok' });
  expect(await app.call(api.channels.test, { name: 'chat' })).toMatchObject({ sent: true });
  expect(sink.requests[0]?.path).toBe('/services/T0/B0/x');
  sink.answer = () => ({ status: 404, body: 'no_team' });
  const failed = await app.call(api.channels.test, { name: 'CHAT' });
  expect(failed).toMatchObject({ sent: false, code: 'http_404', message: 'HTTP 404: no_team' });

  const { items } = await app.call(api.channels.deliveries, { channel: 'chat' });
  expect(items.map(({ state, reason }) => [state, reason])).toEqual([
    ['dead', 'test'],
    ['sent', 'test'],
    ['dead', 'test'],
  ]);
  expect(JSON.stringify(items)).not.toContain('/services/');
  const [listed] = (await app.call(api.channels.list, {})).items;
  expect(listed).toMatchObject({ openUntil: null, lastDelivery: { id: items[0]?.id, state: 'dead' } });
  const { body, ...one } = await app.call(api.channels.delivery, { id: items[0]?.id ?? '' });
  expect(one).toEqual(items[0]);
  expect(body).toMatchObject({
    subject: '[Carillon] test notice',
    ofChannel: true,
    text: expect.stringContaining('admin'),
  });
  await expect(app.call(api.channels.delivery, { id: randomUUID() })).rejects.toMatchObject({ status: 404 });
  expect(await app.call(api.channels.replay, { body: { channel: 'chat' } })).toEqual({ replayed: 2 });
  await expect(app.call(api.channels.removeSecret, { name: 'chat-url' })).rejects.toThrow(/used by Chat/);
  await app.close();
  await sink.close();
  await database.drop();
});

it('a channel of tickets is looked at, and makes a ticket only when it is told to', async () => {
  const database = await cloneDatabase();
  const [cloud, now] = await Promise.all([JiraCloud.start(), ServiceNow.start()]);
  const app = await startTestApp(database.url, { modules: [ApplyModule, ChannelsModule] });
  const ops = { kind: 'Channel', name: 'ops', type: 'jira', url: cloud.url, username: cloud.user, project: 'OPS' };
  const snow = { kind: 'Channel', name: 'snow', type: 'servicenow', url: now.url, username: now.user };
  const documents = [
    { ...ops, password: { secret: 'cloud' } },
    { ...snow, password: { secret: 'now' } },
    { ...snow, name: 'events', table: 'em_event', password: { secret: 'now' } },
  ];
  await app.call(api.jobs.apply, { body: { documents } });
  const look = (name: string, create?: 'true') => app.call(api.channels.test, { name, ...(create ? { create } : {}) });

  expect((await look('ops')).message).toContain('secret cloud was not handed over');
  await app.call(api.channels.setSecret, { body: { name: 'cloud', value: 'wrong' } });
  expect(await look('ops')).toMatchObject({ sent: false, code: 'incomplete', message: expect.stringContaining('401') });
  await app.call(api.channels.setSecret, { body: { name: 'cloud', value: cloud.token } });
  await app.call(api.channels.setSecret, { body: { name: 'now', value: now.password } });
  cloud.issueTypes = ['Bug'];
  cloud.missingRights = ['TRANSITION_ISSUES'];
  const { message } = await look('ops');
  expect(message).toContain('there is no issue type Task; there are: Bug');
  expect(message).toContain('it lacks TRANSITION_ISSUES');
  cloud.issueTypes = ['Task'];
  cloud.missingRights = [];
  now.journalIsOpen = false;
  expect((await look('snow')).message).toMatch(/^comments: HTTP 403/);
  now.journalIsOpen = true;
  for (const name of ['ops', 'snow', 'events']) expect(await look(name)).toMatchObject({ sent: true, code: 'works' });
  expect([cloud.issues, now.all(), now.events]).toEqual([[], [], []]);

  for (const name of ['ops', 'snow', 'events']) expect(await look(name, 'true')).toMatchObject({ sent: true });
  expect(cloud.issues).toMatchObject([{ status: 'Done' }]);
  expect(now.all()).toMatchObject([{ state: '6' }]);
  expect([...now.alerts.values()]).toMatchObject([{ events: 3, open: false }]);
  await Promise.all([app.close(), cloud.close(), now.close()]);
  await database.drop();
});
