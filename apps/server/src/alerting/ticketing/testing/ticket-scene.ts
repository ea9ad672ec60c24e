import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelFileSchema } from '@carillon/core/alert/documents/channel.schema';
import { cloneDatabase } from '@carillon/testkit/database';
import { JiraCloud } from '@carillon/testkit/jira-cloud';
import { ServiceNow } from '@carillon/testkit/service-now';
import { InProcessHints } from '../../../queue/in-process-hints.js';
import { Origins } from '../../../shared/origins.js';
import { Sealer } from '../../../shared/sealer.js';
import { AlertDocumentStore } from '../../../store/alert-document.store.js';
import { RateBucketStore } from '../../../store/rate-bucket.store.js';
import { ServerSecretStore } from '../../../store/server-secret.store.js';
import { addAlert } from '../../../store/testing/incidents.js';
import { openDatabase } from '../../../store/testing/stores.js';
import { TicketLinkStore } from '../../../store/ticket-link.store.js';
import { TicketSystemStore } from '../../../store/ticket-system.store.js';
import { IncidentActions } from '../../incident-actions.js';
import { Incidents } from '../../incident-stage.js';
import { TicketPoll } from '../ticket-poll.js';
import { TicketSystems } from '../ticket-systems.js';
import { TicketWorker } from '../ticket-worker.js';

export const incidentId = '01890000-0000-7000-8000-000000000001';
export const minute = 60_000;
export type TicketScene = Awaited<ReturnType<typeof startTicketScene>>;

/** One incident, a ServiceNow and a Jira with their channels `snow` and `ops`, and workers on a clock of the test's own. */
export async function startTicketScene() {
  let nowMs = Date.UTC(2026, 10, 26, 2);
  const clock = () => nowMs;
  const folder = mkdtempSync(join(tmpdir(), 'carillon-tickets-'));
  const [test, now, cloud] = await Promise.all([cloneDatabase(), ServiceNow.start(), JiraCloud.start()]);
  now.now = clock;
  cloud.now = clock;
  const database = openDatabase(test.url);
  const hints = new InProcessHints();
  const config = { pollMs: 600_000, allowPrivateChannels: true };
  const secrets = new ServerSecretStore(database, Sealer.fromFile(join(folder, 'secrets.key')));
  const documents = new AlertDocumentStore(database);
  const links = new TicketLinkStore(database);
  const states = new TicketSystemStore(database);
  const systems = new TicketSystems(documents, secrets, clock, config);
  const origins = new Origins({ publicOrigins: ['https://carillon.example'] });
  const acts = new IncidentActions(database, new Incidents(origins, { make: () => '' } as never), hints, clock);
  const snow = { name: 'snow', type: 'servicenow', url: now.url, username: now.user, password: { secret: 'now' } };
  const ops = {
    ...{ name: 'ops', type: 'jira', url: cloud.url, username: cloud.user, password: { secret: 'cloud' } },
    ...{ project: 'OPS', priorities: { low: 'Low', medium: 'Medium', high: 'High' } },
  };

  const rates = new RateBucketStore(database, clock);
  /** Another server's worker is another one of these. */
  const workerOf = () => new TicketWorker(links, states, systems, acts, hints, clock, config, rates);
  const poll = new TicketPoll(states, systems, hints, clock, config);
  const write = async (fields: object) => {
    const spec = channelFileSchema.parse({ kind: 'Channel', ...fields });
    await database.transaction((tx) => documents.put(tx, { kind: 'Channel', spec }, 'test'));
  };

  await secrets.put('now', now.password, 'test');
  await secrets.put('cloud', cloud.token, 'test');
  await write(snow);
  await write(ops);
  await database.pool.query(
    `INSERT INTO incident (id, key, state, severity, title, policy, opened_at, updated_at, spread)
     VALUES ($1, 'k', 'firing', 'medium', 'Backup fails on DB-01', 'pager', now(), now(), '{"total":1}')`,
    [incidentId],
  );
  await addAlert(database, { incidentId }, { policy: 'pager' });

  return {
    ...{ now, cloud, database, secrets, links, states, systems, acts, poll, clock, snow, ops, write, workerOf },
    advance: (ms: number) => {
      nowMs += ms;
    },
    /** Moves the clock in steps of a minute and does what is due; `ask` asks the systems for changes as well. */
    async pass(minutes: number, { workers = [workerOf()], ask = false } = {}): Promise<void> {
      for (let passed = 0; passed <= minutes; passed += 1) {
        if (passed > 0) nowMs += minute;
        if (ask) await poll.turn();
        for (let turn = 0; turn < 20; turn += 1) {
          const done = await Promise.all(workers.map((worker) => worker.work()));
          if (done.every((count) => count === 0)) break;
        }
      }
    },
    async incidentIs(state: string, total = 1, severity = 'medium'): Promise<void> {
      await database.pool.query(
        `UPDATE incident SET state = $1, severity = $2, spread = jsonb_build_object('total', $3::int)`,
        [state, severity, total],
      );
    },
    notice: (channel: string) => links.want({ incidentId, channel }, nowMs),
    async incident() {
      const { rows } = await database.pool.query(
        'SELECT state, acknowledged_by AS "acknowledgedBy", assignee FROM incident WHERE id = $1',
        [incidentId],
      );
      return rows[0] as { state: string; acknowledgedBy: string | null; assignee: string | null };
    },
    /** Of the incident's log. */
    async log(code?: string): Promise<{ code: string; text: string; actor: string | null }[]> {
      const { rows } = await database.pool.query('SELECT code, text, actor FROM alert_log ORDER BY id');
      return rows.filter((row) => code === undefined || row.code === code);
    },
    async signals(): Promise<{ part: string; ok: boolean; code: string }[]> {
      const { rows } = await database.pool.query('SELECT data FROM alert_signal ORDER BY id');
      return rows.map((row) => row.data);
    },
    async close(): Promise<void> {
      await Promise.all([now.close(), cloud.close(), database.onApplicationShutdown()]);
      await test.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
