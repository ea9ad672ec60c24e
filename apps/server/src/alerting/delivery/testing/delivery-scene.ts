import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { someContent } from '@carillon/core/alert/deliver/testing/content';
import { channelFileSchema } from '@carillon/core/alert/documents/channel.schema';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { cloneDatabase } from '@carillon/testkit/database';
import { HttpSink } from '@carillon/testkit/http-sink';
import { type DeliveryQueue, noDeliveryQueue } from '../../../queue/delivery-queue.js';
import type { Hints } from '../../../queue/hints.js';
import { InProcessHints } from '../../../queue/in-process-hints.js';
import { Sealer } from '../../../shared/sealer.js';
import { AlertDocumentStore } from '../../../store/alert-document.store.js';
import type { Database } from '../../../store/database.store.js';
import { NoticeStore } from '../../../store/notice.store.js';
import { queueNotices } from '../../../store/notice-rows.js';
import { poolTransaction } from '../../../store/pool-transaction.js';
import { RateBucketStore } from '../../../store/rate-bucket.store.js';
import { RunOutputStore } from '../../../store/run-output.store.js';
import { ServerSecretStore } from '../../../store/server-secret.store.js';
import { openDatabase } from '../../../store/testing/stores.js';
import { TicketLinkStore } from '../../../store/ticket-link.store.js';
import { Delivery } from '../delivery.service.js';
import { OwnChannels } from '../own-channels.js';

export interface ServerParts {
  readonly clock?: () => number;
  readonly hints?: Hints;
  readonly queue?: DeliveryQueue;
  readonly pollMs?: number;
  /** How it reaches Postgres with notices and what belongs to them. */
  readonly database?: Database;
}

export type DeliveryScene = Awaited<ReturnType<typeof startDeliveryScene>>;

/** A database, a sink that takes what is sent, and as many servers that deliver as a test wants. */
export async function startDeliveryScene() {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-delivery-'));
  const [test, sink] = await Promise.all([cloneDatabase(), HttpSink.start()]);
  const database = openDatabase(test.url);
  const secretsOf = (through: Database) => new ServerSecretStore(through, Sealer.fromFile(join(folder, 'secrets.key')));
  await secretsOf(database).put('hook', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');

  return {
    ...{ database, sink, url: test.url },
    server: ({ clock = Date.now, hints = new InProcessHints(), ...parts }: ServerParts = {}) => {
      const through = parts.database ?? database;
      return new Delivery(
        new NoticeStore(through),
        new AlertDocumentStore(database),
        secretsOf(database),
        hints,
        clock,
        { pollMs: parts.pollMs ?? 600_000, allowPrivateChannels: true },
        new TicketLinkStore(through),
        new OwnChannels(),
        new RunOutputStore(through),
        new RateBucketStore(through, clock),
        parts.queue ?? noDeliveryQueue,
      );
    },
    async addChannel(name: string, fields: object = {}): Promise<void> {
      const webhook = { type: 'webhook', url: sink.url, signing: { secret: 'hook' } };
      const spec = channelFileSchema.parse({ kind: 'Channel', name, ...webhook, ...fields });
      await database.transaction((tx) => new AlertDocumentStore(database).put(tx, { kind: 'Channel', spec }, 'test'));
    },
    /** Notices as one transaction writes them. @returns their ids */
    async notify(channel: string, count: number, nowMs = Date.now()): Promise<string[]> {
      const written = Array.from({ length: count }, () => ({
        id: makeUuid7(nowMs, randomBytes(10)),
        key: `${channel}/${randomBytes(8).toString('hex')}`,
        ...{ incidentId: null, generation: 1, channel, recipient: null, reason: 'opened' as const, step: 0 },
        content: someContent(),
        createdAt: new Date(nowMs),
      }));
      return [...(await poolTransaction(database.pool, (client) => queueNotices(client, written)))];
    },
    async isDue(nowMs: number): Promise<boolean> {
      const { rowCount } = await database.pool.query('SELECT FROM notice WHERE next_at <= $1 LIMIT 1', [
        new Date(nowMs),
      ]);
      return rowCount === 1;
    },
    async states(): Promise<Record<string, number>> {
      const { rows } = await database.pool.query('SELECT state, count(*)::int AS n FROM notice GROUP BY state');
      return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
    },
    /** How often each notice arrived, by its key. */
    arrivals(): Map<string, number> {
      const counts = new Map<string, number>();
      for (const { headers } of sink.requests) {
        const id = String(headers['webhook-id']);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    },
    async close(): Promise<void> {
      await Promise.all([sink.close(), database.onApplicationShutdown()]);
      await test.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
