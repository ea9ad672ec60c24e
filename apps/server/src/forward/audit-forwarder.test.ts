import { createHmac } from 'node:crypto';
import { chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { forwardLateMs } from '@carillon/core/audit/forward';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { makeSelfSigned, noCertificates } from '@carillon/testkit/self-signed';
import { SyslogSink } from '@carillon/testkit/syslog-sink';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditSettings, SyslogTarget } from '../config/audit-config.js';
import type { AlertNudge } from '../queue/alert-nudge.js';
import { Origins } from '../shared/origins.js';
import { noteChange } from '../store/audit-act.js';
import { AuditTargetStore } from '../store/audit-target.store.js';
import type { Database } from '../store/database.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { openDatabase } from '../store/testing/stores.js';
import { AuditForwarder } from './audit-forwarder.js';

let test: TestDatabase;
const databases: Database[] = [];
let nowMs: number;
let nudges: number;
const closing: (() => Promise<void>)[] = [];
beforeEach(async () => {
  test = await cloneDatabase();
  nowMs = Date.now();
  nudges = 0;
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await Promise.all(databases.splice(0).map((each) => each.onApplicationShutdown()));
  await test.drop();
});

/** One of several servers. */
function server(audit: AuditSettings): AuditForwarder {
  const database = openDatabase(test.url);
  databases.push(database);
  const count = () => {
    nudges += 1;
  };
  const nudge = { nudge: count } as unknown as AlertNudge;
  const origins = new Origins({ publicOrigins: ['https://carillon.example'] });
  const config = { audit, pollMs: 600_000 };
  return new AuditForwarder(new AuditTargetStore(database), nudge, () => nowMs, origins, config);
}
const database = () => databases[0] as Database;
const addRows = (from: number, to: number) =>
  poolTransaction(database().pool, async () => {
    for (let index = from; index <= to; index += 1)
      noteChange({ by: 'ann', kind: 'Host', act: 'labelled', what: `host-${index}` });
  });

async function drain(forwarder: AuditForwarder, target: 'syslog' | 'webhook'): Promise<void> {
  while ((await forwarder.round(target)).more);
}
const seqs = (sink: SyslogSink) => sink.messages.map((message) => Number(/ seq="(\d+)"/.exec(message)?.[1]));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const syslog = (sink: SyslogSink, more: Partial<SyslogTarget> = {}): AuditSettings => ({
  syslog: { protocol: 'tcp', host: '127.0.0.1', port: sink.port, ...more },
});
async function sinkOf(options?: Parameters<typeof SyslogSink.start>[0]): Promise<SyslogSink> {
  const sink = await SyslogSink.start(options);
  closing.push(() => sink.close());
  return sink;
}
const figures = async () => (await new AuditTargetStore(database()).figures())[0];

describe('rows of the audit over syslog', () => {
  it('come in order, each once, from several servers that send at once', async () => {
    const sink = await sinkOf();
    const servers = [server(syslog(sink)), server(syslog(sink)), server(syslog(sink))];
    await addRows(1, 450);
    await Promise.all(servers.map((each) => drain(each, 'syslog')));
    await Promise.all(servers.map((each) => drain(each, 'syslog')));
    expect(seqs(sink)).toEqual(upTo(450));
    await addRows(451, 451);
    await drain(servers[1] as AuditForwarder, 'syslog');
    expect(seqs(sink)).toEqual(upTo(451));
    expect(await figures()).toMatchObject({ waiting: 0, oldestAt: null, lateSince: null, fault: null });
  });

  it.skipIf(noCertificates)(
    'come again, and none is missing, when the collector dies in the middle; over TLS',
    async () => {
      const { key, cert } = makeSelfSigned('localhost');
      const first = await sinkOf({ key, cert });
      first.diesAfter = 237;
      const forwarder = server(syslog(first, { protocol: 'tls', host: 'localhost', ca: cert }));
      await addRows(1, 300);
      await drain(forwarder, 'syslog');
      expect(seqs(first)).toEqual(upTo(237));
      expect(await figures()).toMatchObject({ waiting: 100, fault: expect.any(String) });
      await closing.pop()?.();
      const second = await sinkOf({ key, cert, port: first.port });
      await drain(forwarder, 'syslog');
      // Those of the batch in which it died come twice.
      expect(seqs(second)).toEqual(upTo(300).slice(200));
      expect(await figures()).toMatchObject({ waiting: 0, fault: null });
    },
  );

  it.skipIf(noCertificates)('are not sent to a collector with another certificate', async () => {
    const sink = await sinkOf(makeSelfSigned('localhost'));
    const forwarder = server(
      syslog(sink, { protocol: 'tls', host: 'localhost', ca: makeSelfSigned('localhost').cert }),
    );
    await addRows(1, 1);
    await drain(forwarder, 'syslog');
    expect(sink.messages).toEqual([]);
    expect((await figures())?.fault).toMatch(/certificate|self.signed/i);
  });

  it('that was closed by a collector which read nothing are not held for sent', async () => {
    const sink = await sinkOf();
    sink.diesAfter = 0;
    Object.assign(sink, { isDead: true });
    const forwarder = server(syslog(sink));
    await addRows(1, 5);
    await drain(forwarder, 'syslog');
    expect(await figures()).toMatchObject({ waiting: 5, fault: expect.any(String) });
  });

  it('come as datagrams, shortened to what these hold', async () => {
    const sink = await SyslogSink.startUdp();
    closing.push(() => sink.close());
    const forwarder = server(syslog(sink, { protocol: 'udp' }));
    await addRows(1, 3);
    const after = { text: 'ö'.repeat(3_000) };
    await poolTransaction(database().pool, async () => noteChange({ kind: 'Host', act: 'set', what: 'y', after }));
    await drain(forwarder, 'syslog');
    await sink.taken(4);
    expect(seqs(sink)).toEqual(upTo(4));
    expect(Math.max(...sink.messages.map((each) => Buffer.byteLength(each)))).toBeLessThanOrEqual(2_048);
  });

  it('that wait too long are told as an alert, once, and that they go again', async () => {
    const sink = await sinkOf();
    const { port } = sink;
    await closing.pop()?.();
    const forwarder = server(syslog(sink));
    await addRows(1, 2);
    await drain(forwarder, 'syslog');
    const signals = async () =>
      (await database().pool.query(`SELECT data FROM alert_signal WHERE kind = 'system' ORDER BY id`)).rows;
    expect(await signals()).toEqual([]);
    for (const _ of [1, 2]) {
      nowMs += forwardLateMs + 60_000;
      await drain(forwarder, 'syslog');
    }
    expect(await signals()).toMatchObject([
      { data: { part: 'audit:syslog', ok: false, text: expect.stringContaining('ECONNREFUSED') } },
    ]);
    expect(nudges).toBe(1);
    const again = await sinkOf({ port });
    await drain(forwarder, 'syslog');
    expect(seqs(again)).toEqual([1, 2]);
    expect((await signals())[1]).toMatchObject({ data: { part: 'audit:syslog', ok: true } });
  });

  it('are not tried in vain again and again: a collector that is down is left alone for a while', async () => {
    const sink = await sinkOf();
    await closing.pop()?.();
    const forwarder = server(syslog(sink));
    await addRows(1, 1);
    for (const _ of [1, 2, 3, 4]) expect(await forwarder.round('syslog')).toMatchObject({ wakeMs: null });
    expect(await forwarder.round('syslog')).toMatchObject({ more: false, wakeMs: nowMs + 30_000 });
  });
});

describe('rows of the audit to a web hook', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const rowsOf = (body: string) => (JSON.parse(body) as { data: { rows: KeptLink[] } }).data.rows;

  it('come signed, in order and as they were hashed; what was refused comes again', async () => {
    const sink = await HttpSink.start();
    closing.push(() => sink.close());
    const [one, two] = [1, 2].map(() => server({ webhook: { url: `${sink.url}/rows`, secrets: [secret] } }));
    await addRows(1, 450);
    sink.answer = (_request, count) => (count === 2 ? { status: 500 } : count === 3 ? { status: 403 } : {});
    for (const _ of [1, 2, 3])
      await Promise.all([drain(one as AuditForwarder, 'webhook'), drain(two as AuditForwarder, 'webhook')]);
    const good = sink.requests.filter((_, index) => index !== 1 && index !== 2);
    const rows = good.flatMap(({ body }) => rowsOf(body));
    expect(rows.map(({ seq }) => seq)).toEqual(upTo(450));
    expect(checkLinks(chainStart, rows)).toMatchObject({ ok: true, head: { seq: 450 } });
    expect(sink.requests.slice(0, 3).map(({ headers }) => headers['webhook-id'])).toEqual([
      ...['audit-1-200', 'audit-201-400', 'audit-201-400'],
    ]);
    for (const { headers, body } of sink.requests) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update(signed)
        .digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${mac}`);
    }
  });

  it('come again when a server dies before it has noted that they went', async () => {
    const sink = await HttpSink.start();
    closing.push(() => sink.close());
    const [dying, other] = [1, 2].map(() => server({ webhook: { url: sink.url, secrets: [secret] } }));
    await addRows(1, 3);
    sink.answer = () => ({ silent: true });
    const lost = (dying as AuditForwarder).round('webhook').catch(() => 'died');
    await sink.taken(1);
    // The other one leaves it alone while the first is at it.
    await drain(other as AuditForwarder, 'webhook');
    expect(sink.requests).toHaveLength(1);
    await databases[1]?.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()`,
    );
    sink.answer = () => ({});
    await drain(other as AuditForwarder, 'webhook');
    expect(sink.requests.map(({ body }) => rowsOf(body).map(({ seq }) => seq))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await closing.pop()?.();
    expect(await lost).toBe('died');
  });
});
