import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketOf } from '@carillon/core/alert/deliver/bucket-of';
import { someContent } from '@carillon/core/alert/deliver/testing/content';
import { type ChannelSpec, channelFileSchema } from '@carillon/core/alert/documents/channel.schema';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { emptyReport } from '@carillon/core/report/testing/empty-report';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noDeliveryQueue } from '../../queue/delivery-queue.js';
import { InProcessHints } from '../../queue/in-process-hints.js';
import { Sealer } from '../../shared/sealer.js';
import { AlertDocumentStore } from '../../store/alert-document.store.js';
import type { Database } from '../../store/database.store.js';
import { NoticeStore } from '../../store/notice.store.js';
import { queueNotices } from '../../store/notice-rows.js';
import { poolTransaction } from '../../store/pool-transaction.js';
import { RateBucketStore } from '../../store/rate-bucket.store.js';
import { RunOutputStore } from '../../store/run-output.store.js';
import { ServerSecretStore } from '../../store/server-secret.store.js';
import { addOutput } from '../../store/testing/runs.js';
import { openDatabase } from '../../store/testing/stores.js';
import { TicketLinkStore } from '../../store/ticket-link.store.js';
import { ChannelRoom } from './channel-room.js';
import { Delivery } from './delivery.service.js';
import { OwnChannels } from './own-channels.js';

let folder: string;
let test: TestDatabase;
let database: Database;
let sink: HttpSink;
let other: HttpSink;
let delivery: Delivery;
let notices: NoticeStore;
let nowMs = Date.UTC(2026, 10, 26, 2);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-delivery-'));
  [test, sink, other] = await Promise.all([cloneDatabase(), HttpSink.start(), HttpSink.start()]);
  database = openDatabase(test.url);
  notices = new NoticeStore(database);
  delivery = deliveryOf();
  await secrets().put('hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');
});
afterEach(async () => {
  await Promise.all([sink.close(), other.close(), database.onApplicationShutdown()]);
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

const secrets = () => new ServerSecretStore(database, Sealer.fromFile(join(folder, 'secrets.key')));

const rates = () => new RateBucketStore(database, () => nowMs);

/** Another server's delivery is another one of these. */
function deliveryOf(clock = () => nowMs): Delivery {
  const config = { pollMs: 600_000, allowPrivateChannels: true };
  return new Delivery(
    notices,
    new AlertDocumentStore(database),
    secrets(),
    new InProcessHints(),
    clock,
    config,
    new TicketLinkStore(database),
    new OwnChannels(),
    new RunOutputStore(database),
    rates(),
    noDeliveryQueue,
  );
}

async function addChannel(name: string, fields: object = {}): Promise<ChannelSpec> {
  const webhook = { type: 'webhook', url: sink.url, signing: { secret: 'hook' } };
  const spec = channelFileSchema.parse({ kind: 'Channel', name, ...('type' in fields ? {} : webhook), ...fields });
  const documents = new AlertDocumentStore(database);
  await database.transaction((tx) => documents.put(tx, { kind: 'Channel', spec }, 'test'));
  return spec;
}

async function notify(channel: string, count = 1, changes: Partial<NoticeContent> = {}): Promise<void> {
  // Ids tell the order.
  nowMs += 1;
  const written = Array.from({ length: count }, (_, index) => ({
    id: makeUuid7(nowMs + index, randomBytes(10)),
    key: `${channel}/${randomBytes(4).toString('hex')}`,
    incidentId: null,
    generation: 1,
    channel,
    recipient: null,
    reason: 'opened' as const,
    step: 0,
    content: someContent(changes),
    createdAt: new Date(nowMs),
  }));
  await poolTransaction(database.pool, (client) => queueNotices(client, written));
}

async function rows(): Promise<
  { channel: string; state: string; attempts: number; code: string | null; next: number | null }[]
> {
  const result = await database.pool.query(
    `SELECT channel, state, attempts, outcome->>'code' AS code, (extract(epoch FROM next_at) * 1000)::float8 - $1 AS next FROM notice ORDER BY id`,
    [nowMs],
  );
  return result.rows;
}

async function log(): Promise<string[]> {
  return (await database.pool.query('SELECT code FROM alert_log ORDER BY id')).rows.map(({ code }) => code);
}

/** Until nothing is due. */
async function drain(of = delivery): Promise<void> {
  while ((await of.deliver()) > 0);
}

it('sends a notice once, however many servers deliver, and says so', async () => {
  await addChannel('hook');
  await notify('hook', 20);
  const servers = [delivery, deliveryOf(), deliveryOf()];
  await Promise.all(servers.map((server) => drain(server)));
  expect(sink.requests).toHaveLength(20);
  expect(new Set(sink.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  expect((await rows()).every(({ state, next }) => state === 'sent' && next === null)).toBe(true);
  expect(await log()).toEqual(Array.from({ length: 20 }, () => 'sent'));
});

it('sends again, under the same key, what a server that died had in hand', async () => {
  await addChannel('hook');
  await notify('hook');
  // It sent, and was killed before it could say so.
  await notices.claim(1, nowMs, 60_000);
  await drain();
  expect(sink.requests).toHaveLength(0);
  nowMs += 60_001;
  await drain();
  expect(sink.requests).toHaveLength(1);
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
});

it('wakes for a retry by itself: no hint comes, and the next poll is far', async () => {
  await addChannel('hook');
  await notify('hook');
  sink.answer = (_request, count) => (count === 1 ? { status: 503 } : {});
  // The five seconds of the first wait pass two hundred times as fast.
  const beganMs = performance.now();
  const server = deliveryOf(() => nowMs + (performance.now() - beganMs) * 200);
  server.onApplicationBootstrap();
  await sink.taken(2);
  await server.onModuleDestroy();
  expect(await rows()).toMatchObject([{ state: 'sent', attempts: 2 }]);
});

it('tries later what failed, as late as the provider says, and gives up in the end', async () => {
  await addChannel('hook');
  sink.answer = (_request, count) =>
    count === 1 ? { status: 429, headers: { 'retry-after': '120' } } : { status: 500 };
  await notify('hook');
  await drain();
  expect(await rows()).toMatchObject([{ state: 'failed', attempts: 1, code: 'http_429', next: 120_000 }]);
  for (let tries = 0; tries < 12; tries += 1) {
    nowMs += 26 * 3_600_000;
    await drain();
  }
  expect((await rows())[0]).toMatchObject({ state: 'dead', next: null });
});

it('buries what is refused, goes to the fallback, and sends it again when somebody says so', async () => {
  await addChannel('hook', { fallback: 'other' });
  await addChannel('other', { url: other.url });
  sink.answer = () => ({ status: 404 });
  await notify('hook');
  nowMs += 1;
  await drain();
  expect(other.requests).toHaveLength(1);
  expect(await rows()).toMatchObject([
    { channel: 'hook', state: 'dead', code: 'http_404' },
    { channel: 'other', state: 'sent' },
  ]);
  sink.answer = () => ({});
  expect(await notices.replay({ channel: 'hook' }, 'anna', nowMs)).toHaveLength(1);
  await drain();
  expect(sink.requests).toHaveLength(2);
  expect((await rows())[0]).toMatchObject({ state: 'sent' });
  expect(await log()).toEqual(['dead', 'sent', 'replayed', 'sent']);
});

it('goes along a line of fallbacks, and no further than three', async () => {
  for (const [name, fallback] of [
    ['one', 'two'],
    ['two', 'three'],
    ['three', 'four'],
    ['four', 'five'],
    ['five'],
  ] as const)
    await addChannel(name, fallback ? { fallback } : { url: other.url });
  sink.answer = () => ({ status: 404 });
  await notify('one');
  nowMs += 1;
  await drain();
  expect((await rows()).map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
    'four dead',
    'one dead',
    'three dead',
    'two dead',
  ]);
  expect(other.requests).toHaveLength(0);
});

it('reads what a run wrote where a template asks for it, as it stands when it is sent', async () => {
  await addChannel('hook', { templates: { text: '{{text}}: {{run.output}}' } });
  await addChannel('plain');
  await notify('hook');
  await notify('plain');
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index}`).join('\n');
  await addOutput(database, someContent().run?.id ?? '', [
    { data: lines },
    { stream: 1, data: '\u001b[31mno space\u0007' },
  ]);
  await drain();
  const output = (index: number) => JSON.parse(sink.requests[index]?.body ?? '').data.run.output;
  const told = [output(0), output(1)].sort((a, b) => b.length - a.length);
  expect(told[0]).toMatch(/^…\nline \d+\n[\s\S]*line 399\nno space$/);
  expect(Buffer.byteLength(told[0])).toBeLessThanOrEqual(2_048);
  expect(told[1]).toBe('copying\nno space left');
});

it('leaves an endpoint alone that does not work, looks with one, and goes on when it works', async () => {
  await addChannel('hook');
  sink.answer = () => ({ status: 503 });
  await notify('hook', 5);
  await drain();
  expect(sink.requests).toHaveLength(5);
  nowMs += 7_000;
  await drain();
  expect(sink.requests).toHaveLength(5);
  nowMs += 31_000;
  sink.answer = () => ({});
  await drain();
  expect(sink.requests.length).toBeGreaterThanOrEqual(6);
  nowMs += 60_000;
  await drain();
  expect((await rows()).filter(({ state }) => state !== 'sent' && state !== 'cancelled')).toEqual([]);
});

it('looks with one of all servers whether an endpoint works again; where that one dies, with another later', async () => {
  const spec = await addChannel('hook');
  const room = () => new ChannelRoom(notices, rates(), () => nowMs);
  for (let failure = 0; failure < 5; failure += 1)
    await room().remember('hook', spec, { kind: 'retry', code: 'http_503', message: 'HTTP 503' });
  const counts = async () =>
    (await Promise.all([room(), room(), room()].map((one) => one.reserve('hook', spec, 9)))).map(({ count }) => count);
  expect(await counts()).toEqual([0, 0, 0]);
  nowMs += 30_000;
  expect((await counts()).sort()).toEqual([0, 0, 1]);
  nowMs += 29_000;
  expect(await counts()).toEqual([0, 0, 0]);
  nowMs += 1_000;
  expect((await counts()).sort()).toEqual([0, 0, 1]);
});

it('stops using a channel that says it is gone, until somebody writes it again', async () => {
  await addChannel('hook');
  sink.answer = () => ({ status: 410 });
  await notify('hook');
  await drain();
  await notify('hook');
  await drain();
  expect(sink.requests).toHaveLength(1);
  expect(await rows()).toMatchObject([
    { state: 'dead', code: 'http_410' },
    { state: 'dead', code: 'gone' },
  ]);
  sink.answer = () => ({});
  await addChannel('hook', { description: 'moved' });
  await notify('hook');
  await drain();
  expect(sink.requests).toHaveLength(2);
});

it('sends no more than a channel takes: what is too much is one message', async () => {
  await addChannel('hook', { limit: { perMinute: 6, burst: 3 } });
  await notify('hook', 40);
  await drain();
  expect(sink.requests).toHaveLength(3);
  nowMs += 15_000;
  await drain();
  expect(sink.requests).toHaveLength(4);
  expect(JSON.parse(sink.requests[3]?.body ?? '')).toMatchObject({
    type: 'incident.digest',
    data: { parts: [{ count: 37 }] },
  });
  expect((await rows()).filter(({ state }) => state === 'cancelled')).toHaveLength(37);
});

it('lets a report wait for room by itself: no digest has all that it says', async () => {
  await addChannel('hook', { limit: { perMinute: 6, burst: 1 } });
  await notify('hook', 7);
  await notify('hook', 3, { reason: 'report', incident: null, report: emptyReport });
  for (let turn = 0; turn < 6; turn += 1) {
    await drain();
    nowMs += 60_000;
  }
  const types = sink.requests.map(({ body }) => JSON.parse(body).type).sort();
  expect(types).toEqual(['incident.digest', 'incident.opened', 'report', 'report', 'report']);
});

it('sends no more than a provider takes through several servers, whose clocks differ and one of which dies, and loses nothing', async () => {
  const limit = { perMinute: 60, burst: 4 };
  // Two channels of one robot: the provider counts them as one.
  const [spec] = [await addChannel('one', { limit }), await addChannel('two', { limit })];
  const servers = [deliveryOf(), deliveryOf(() => nowMs + 25_000), deliveryOf(() => nowMs - 25_000)];
  const arrived: number[] = [];
  sink.answer = () => {
    arrived.push(nowMs);
    return {};
  };
  for (let second = 0; second < 60; second += 1) {
    if (second < 10) for (const name of ['one', 'two']) await notify(name, 3);
    // It took all room that there was, and never sent anything.
    if (second === 20) await rates().take(bucketOf(spec), limit, 100);
    await Promise.all(servers.map((server) => server.deliver()));
    nowMs += 1_000;
  }
  nowMs += 200_000;
  for (const server of servers) await drain(server);
  for (const [index, from] of arrived.entries()) {
    const within = arrived.slice(index).filter((at) => at - from < 10_000).length;
    expect(within).toBeLessThanOrEqual(limit.burst + 10);
  }
  expect(arrived.length).toBeGreaterThan(12);
  const all = await rows();
  expect(all.filter(({ state }) => state !== 'sent' && state !== 'cancelled')).toEqual([]);
  const told = all.filter(({ state }) => state === 'sent').length;
  expect(sink.requests).toHaveLength(told);
  expect(new Set(sink.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(told);
});

it('says why nothing goes out: no such channel, switched off, a secret that nobody handed over', async () => {
  await addChannel('off', { enabled: false });
  await addChannel('poor', { signing: { secret: 'nobody-gave-it' } });
  await notify('nowhere');
  await notify('off');
  await notify('poor');
  await drain();
  expect((await rows()).map(({ state, code }) => `${state} ${code}`).sort()).toEqual([
    'dead channel_off',
    'dead no_channel',
    'dead no_secret',
  ]);
});

it('rings each number by itself', async () => {
  await secrets().put('token', 't', 'test');
  const to = ['+4930000001', '+4930000002'];
  await addChannel('phone', {
    type: 'twilio-voice',
    url: sink.url,
    accountSid: 'AC',
    authToken: { secret: 'token' },
    from: '+4930000000',
    to,
  });
  sink.answer = ({ body }) =>
    new URLSearchParams(body).get('To') === to[0] ? { status: 500 } : { status: 201, body: '{"sid":"CA1"}' };
  await notify('phone');
  await drain();
  nowMs += 6_500;
  await drain();
  const called = sink.requests.map(({ body }) => new URLSearchParams(body).get('To'));
  expect(called.filter((number) => number === to[1])).toHaveLength(1);
  expect(called.filter((number) => number === to[0])).toHaveLength(2);
});

it('keeps secrets sealed: what is in the database is no secret, and of no use with another key', async () => {
  const stored = await database.pool.query('SELECT sealed FROM server_secret');
  expect(stored.rows[0].sealed.toString('latin1')).not.toContain('whsec_');
  rmSync(join(folder, 'secrets.key'));
  await expect(secrets().values(['hook'])).rejects.toThrow(
    "secret hook: it cannot be opened with this server's key file",
  );
});

it('sends a page again that somebody replays the next day', async () => {
  await secrets().put('url', `${sink.url}/chat`, 'test');
  await addChannel('chat', { type: 'slack', url: { secret: 'url' } });
  sink.answer = () => ({ status: 404 });
  await notify('chat');
  await drain();
  nowMs += 26 * 3_600_000;
  sink.answer = () => ({ body: 'ok' });
  await notices.replay({ channel: 'chat' }, 'anna', nowMs);
  await drain();
  expect(await rows()).toMatchObject([{ state: 'sent' }]);
});
