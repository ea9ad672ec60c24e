import { SimulatedHost } from '@carillon/agent/simulate/simulated-host';
import { api } from '@carillon/contract/http/api';
import { AlertingModule } from '@carillon/server/alerting/alerting.module';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { CommandsModule } from '@carillon/server/features/commands/commands.module';
import { EnrolmentTokensModule } from '@carillon/server/features/enrolment-tokens/enrolment-tokens.module';
import { HostsModule } from '@carillon/server/features/hosts/hosts.module';
import { JobsModule } from '@carillon/server/features/jobs/jobs.module';
import { PausesModule } from '@carillon/server/features/pauses/pauses.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { GatewayModule } from '@carillon/server/gateway/gateway.module';
import { SigningWatch } from '@carillon/server/gateway/signing-watch.service';
import { startTestApp } from '@carillon/server/http/testing/test-app';
import { HINTS, type Hints } from '@carillon/server/queue/hints';
import { SigningAlarmStore } from '@carillon/server/store/signing-alarm.store';
import { cloneDatabase } from '@carillon/testkit/database';
import { vi } from 'vitest';

/** A real agent, whose Task Scheduler only remembers; it can be asked what it has. */
export class WatchedHost extends SimulatedHost {
  starts = 0;

  get tasks(): string {
    return JSON.stringify([...this.scheduler.tasks].sort());
  }

  get told() {
    const { wanted, pause } = this.cache.registered();
    return { wanted, pause };
  }
}

type HostOptions = ConstructorParameters<typeof SimulatedHost>[0];

/** A simulated host of a kind joins, and counts what it starts; over once it is online. @param prepare before it joins */
export async function joinCounted<H extends SimulatedHost & { starts: number }>(
  Host: new (options: HostOptions) => H,
  about: Pick<HostOptions, 'server' | 'token' | 'name'>,
  signal: AbortSignal,
  prepare: (host: H) => void = () => undefined,
): Promise<{ host: H; life: Promise<void> }> {
  const none = () => undefined;
  let online: () => void = none;
  const isOnline = new Promise<void>((resolve) => {
    online = resolve;
  });
  const host: H = new Host({
    ...about,
    seed: 1,
    playOf: () => {
      host.starts += 1;
      return { durationMs: 1, exitCode: 0, state: 'succeeded', reason: 'exit_code', stdout: '', stderr: '' };
    },
    onOnline: () => online(),
    onOffline: none,
    onApplied: none,
  });
  prepare(host);
  const life = host.live(signal);
  await isOnline;
  return { host, life };
}

/** The parts of the server that hosts and whoever attacks them can reach. */
const parts = [
  ApplyModule,
  JobsModule,
  CommandsModule,
  HostsModule,
  PausesModule,
  EnrolmentTokensModule,
  GatewayModule,
  AlertingModule,
];

export type AttackedServer = Awaited<ReturnType<typeof startAttackedServer>>;

/** A server with hosts, on a database of its own that the test may write as it likes. @param more modules besides the usual */
export async function startAttackedServer(more: typeof parts = []) {
  const database = await cloneDatabase();
  const app = await startTestApp(database.url, { modules: [...parts, ...more] });
  app.app.get(AgentGateway).attach(app.app.getHttpServer());
  const stop = new AbortController();
  const lives: Promise<void>[] = [];
  const hosts = new Map<string, WatchedHost>();
  const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
  const hostId = async (name: string): Promise<string> =>
    (await sql('SELECT id FROM host WHERE name = $1', [name]))[0].id;
  const hint = (kind: 'desired' | 'command', ids: readonly string[]) =>
    app.app.get<Hints>(HINTS).publish({ kind, hostIds: [...ids] });
  let revision = 0;

  /** Makes the hosts look: a revision of their own and a hash that fits, as the server would have made, and a hint. */
  async function push(): Promise<void> {
    await sql('UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id)');
    hint(
      'desired',
      (await sql('SELECT id FROM host')).map(({ id }) => id),
    );
  }

  return {
    app,
    hosts,
    sql,
    hostId,
    hint,
    push,

    /** A host joins; over once it is online. */
    async join(name: string, labels: Record<string, string>): Promise<void> {
      const { token } = await app.call(api.hosts.createToken, { body: { labels } });
      const { host, life } = await joinCounted(WatchedHost, { server: app.origin, token, name }, stop.signal);
      hosts.set(name, host);
      lives.push(life);
    },

    apply: (documents: object[]) => app.call(api.jobs.apply, { body: { documents } }),

    /** What hosts have and have started. */
    tasksNow: () => [...hosts].map(([name, host]) => [name, host.tasks, host.starts]),

    lastEntry: async (): Promise<number> => Number((await sql('SELECT max(seq) AS seq FROM audit_entry'))[0].seq),

    /** What the audit says of attacks since an entry. */
    noticed: async (after: number) =>
      (await sql('SELECT body FROM audit_entry WHERE seq > $1 ORDER BY seq', [after]))
        .map(({ body }) => JSON.parse(body))
        .filter(({ act }) => act === 'not-signed' || act === 'refused'),

    /** What does not fit between the database and the book. */
    look: () => app.app.get(SigningWatch).look(),

    /** Told again at once, so that each attack is seen to be noticed by itself. */
    tellAgain: () => (Reflect.get(app.app.get(SigningAlarmStore), 'told') as Map<string, number>).clear(),

    asOwner,

    /** What a database says of hosts, to be put back. */
    async save(): Promise<Saved> {
      const saved: Saved = {};
      for (const table of tables)
        saved[table] = (await sql(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`))[0].rows;
      const labels = `SELECT json_agg(json_build_object('id', id, 'labels', labels))::text AS rows FROM host`;
      saved.host = (await sql(labels))[0].rows;
      return saved;
    },

    /** As it was before, at a revision above; hosts then hear that nothing is new. */
    async restore(saved: Saved): Promise<void> {
      await sql(
        `UPDATE host h SET labels = x.labels FROM json_to_recordset($1::json) AS x(id uuid, labels jsonb) WHERE h.id = x.id`,
        [saved.host],
      );
      await asOwner(
        tables.flatMap((table) => [
          { text: `DELETE FROM ${table}` },
          {
            text: `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`,
            values: [saved[table]],
          },
        ]),
      );
      revision += 1_000;
      await sql('UPDATE host SET desired_rev = $1', [revision]);
      await push();
    },

    async close(): Promise<void> {
      stop.abort();
      await Promise.all(lives);
      await app.close();
      await database.drop();
    },
  };

  /** Triggers do not hold whoever owns the database. */
  async function asOwner(statements: readonly { text: string; values?: unknown[] }[]): Promise<void> {
    const client = await app.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL session_replication_role = 'replica'`);
      for (const statement of statements) await client.query(statement);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }
}

const tables = ['assignment', 'job', 'job_version', 'host_group', 'host_pause', 'accepted_entry'];
export type Saved = Record<string, string>;

/** Waits for what hosts and servers come to by themselves. */
export const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 });
