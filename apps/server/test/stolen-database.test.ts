import { SimulatedHost } from '@carillon/agent/simulate/simulated-host';
import { api } from '@carillon/contract/http/api';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { nextEntry } from '@carillon/core/signing/book-entry';
import { AlertingModule } from '@carillon/server/alerting/alerting.module';
import { AlertEngine } from '@carillon/server/alerting/engine.service';
import { ApplyModule } from '@carillon/server/features/apply/apply.module';
import { CommandsModule } from '@carillon/server/features/commands/commands.module';
import { EnrolmentTokensModule } from '@carillon/server/features/enrolment-tokens/enrolment-tokens.module';
import { HostsModule } from '@carillon/server/features/hosts/hosts.module';
import { JobsModule } from '@carillon/server/features/jobs/jobs.module';
import { PausesModule } from '@carillon/server/features/pauses/pauses.module';
import { AgentGateway } from '@carillon/server/gateway/agent-gateway';
import { GatewayModule } from '@carillon/server/gateway/gateway.module';
import { SigningWatch } from '@carillon/server/gateway/signing-watch.service';
import { startTestApp, type TestApp } from '@carillon/server/http/testing/test-app';
import { HINTS, type Hints } from '@carillon/server/queue/hints';
import { SigningAlarmStore } from '@carillon/server/store/signing-alarm.store';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** Whoever can write Postgres and Redis, and reads neither the server's memory nor its disk. */
const stranger = makeKeyPair();

/** A real agent, whose Task Scheduler only remembers; it can be asked what it has. */
class WatchedHost extends SimulatedHost {
  starts = 0;

  get tasks(): string {
    return JSON.stringify([...this.scheduler.tasks].sort());
  }

  get told() {
    const { wanted, pause } = this.cache.registered();
    return { wanted, pause };
  }
}

let app: TestApp;
let drop: () => Promise<void>;
const stop = new AbortController();
const lives: Promise<void>[] = [];
const hosts = new Map<string, WatchedHost>();
const sql = async (text: string, values: unknown[] = []) => (await app.database.pool.query(text, values)).rows;
const hostId = async (name: string): Promise<string> =>
  (await sql('SELECT id FROM host WHERE name = $1', [name]))[0].id;
const hint = (kind: 'desired' | 'command', ids: readonly string[]) =>
  app.app.get<Hints>(HINTS).publish({ kind, hostIds: [...ids] });

async function join(name: string, labels: Record<string, string>): Promise<void> {
  const { token } = await app.call(api.hosts.createToken, { body: { labels } });
  const none = () => undefined;
  let online: () => void = none;
  const isOnline = new Promise<void>((resolve) => {
    online = resolve;
  });
  const host: WatchedHost = new WatchedHost({
    server: app.origin,
    token,
    name,
    seed: 1,
    playOf: () => {
      host.starts += 1;
      return { durationMs: 1, exitCode: 0, state: 'succeeded', reason: 'exit_code', stdout: '', stderr: '' };
    },
    onOnline: () => online(),
    onOffline: none,
    onApplied: none,
  });
  hosts.set(name, host);
  lives.push(host.live(stop.signal));
  await isOnline;
}

const apply = (documents: object[]) => app.call(api.jobs.apply, { body: { documents } });

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  app = await startTestApp(database.url, {
    modules: [
      ApplyModule,
      JobsModule,
      CommandsModule,
      HostsModule,
      PausesModule,
      EnrolmentTokensModule,
      GatewayModule,
      AlertingModule,
    ],
  });
  app.app.get(AgentGateway).attach(app.app.getHttpServer());
  await join('DB-01', { role: 'db' });
  await join('WEB-01', { role: 'web' });
  const backup = (program: string) => jobFile('Backup', { targets: { labels: { role: 'db' } }, run: { program } });
  await apply([
    backup('C:\\one.exe'),
    jobFile('Web', { targets: { groups: ['webs'] } }),
    { kind: 'HostGroup', name: 'webs', hosts: ['WEB-01'] },
  ]);
  await apply([backup('C:\\two.exe')]);
  await until(() => {
    expect(hosts.get('DB-01')?.tasks).toContain('Backup');
    expect(hosts.get('DB-01')?.told.wanted).toMatchObject([{ version: 2 }]);
    expect(hosts.get('WEB-01')?.tasks).toContain('Web');
  });
});
afterAll(async () => {
  stop.abort();
  await Promise.all(lives);
  await app?.close();
  await drop?.();
});
beforeEach(() => {
  // Told again at once, so that each attack is seen to be noticed by itself.
  (Reflect.get(app.app.get(SigningAlarmStore), 'told') as Map<string, number>).clear();
});

const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 });
const tasksNow = () => [...hosts].map(([name, host]) => [name, host.tasks, host.starts]);
const lastEntry = async (): Promise<number> => Number((await sql('SELECT max(seq) AS seq FROM audit_entry'))[0].seq);
const noticed = async (after: number) =>
  (await sql('SELECT body FROM audit_entry WHERE seq > $1 ORDER BY seq', [after]))
    .map(({ body }) => JSON.parse(body))
    .filter(({ act }) => act === 'not-signed' || act === 'refused');

/** Makes the hosts look: a revision of their own and a hash that fits, as the server would have made, and a hint. */
async function push(): Promise<void> {
  await sql('UPDATE host SET desired_rev = desired_rev + 1, desired_hash = desired_hash_of(id)');
  hint('desired', [await hostId('DB-01'), await hostId('WEB-01')]);
}

const idOf = (job: string) => `(SELECT id FROM job WHERE name = '${job}')`;
const hostOf = (host: string) => `(SELECT id FROM host WHERE name = '${host}')`;
const change = (what: string, of = 'Backup', version = 2) =>
  `UPDATE job_version SET ${what} WHERE job_id = ${idOf(of)} AND version = ${version}`;
const evil = "replace(manifest, 'two.exe', 'evil.exe')";
const evilHash = `encode(sha256(convert_to(${evil}, 'UTF8')), 'hex')`;

describe('rows changed straight in Postgres', () => {
  it.each<[string, string[], string]>([
    [
      'another program in the definition',
      [
        `UPDATE assignment a SET manifest_hash = ${evilHash} FROM job_version v WHERE v.job_id = a.job_id AND v.version = 2 AND a.job_id = ${idOf('Backup')}`,
        change(`manifest = ${evil}, manifest_hash = ${evilHash}`),
      ],
      'bad_manifest',
    ],
    [
      'a new version with another program',
      [
        `INSERT INTO job_version (job_id, version, spec, spec_hash, manifest, manifest_hash, signature, author)
         SELECT job_id, 3, spec, spec_hash, ${evil}, ${evilHash}, signature, author FROM job_version WHERE job_id = ${idOf('Backup')} AND version = 2`,
        `UPDATE job SET current_version = 3 WHERE name = 'Backup'`,
        `UPDATE assignment a SET version = 3, manifest_hash = v.manifest_hash FROM job_version v WHERE v.job_id = a.job_id AND v.version = 3`,
      ],
      'bad_manifest',
    ],
    [
      'the version before, as it was signed',
      [
        `UPDATE job SET current_version = 1 WHERE name = 'Backup'`,
        `UPDATE assignment a SET version = 1, manifest_hash = v.manifest_hash FROM job_version v WHERE v.job_id = a.job_id AND v.version = 1 AND a.job_id = ${idOf('Backup')}`,
      ],
      'rollback',
    ],
    [
      'a signed job on another host',
      [
        `INSERT INTO assignment (job_id, host_id, version, manifest_hash) SELECT job_id, ${hostOf('WEB-01')}, version, manifest_hash FROM assignment WHERE job_id = ${idOf('Backup')}`,
      ],
      'other_target',
    ],
    [
      'the same, with targets and labels to match',
      [
        change(`spec = jsonb_set(spec, '{targets}', '{"all": true}')`),
        `UPDATE host SET labels = '{"role": "db"}' WHERE name = 'WEB-01'`,
        `UPDATE host_group SET hosts = '{DB-01,WEB-01}'`,
        `INSERT INTO assignment (job_id, host_id, version, manifest_hash) SELECT job_id, ${hostOf('WEB-01')}, version, manifest_hash FROM assignment WHERE job_id = ${idOf('Backup')}`,
      ],
      'other_target',
    ],
    ['a job taken away', [`DELETE FROM assignment WHERE job_id = ${idOf('Backup')}`], 'left_out'],
    [
      'a job deleted',
      [
        `UPDATE job SET deleted_at = now() WHERE name = 'Backup'`,
        `UPDATE assignment SET state = 'removing' WHERE job_id = ${idOf('Backup')}`,
      ],
      'left_out',
    ],
    [
      'hosts exchanged',
      [
        `UPDATE assignment SET host_id = CASE host_id WHEN ${hostOf('DB-01')} THEN ${hostOf('WEB-01')} ELSE ${hostOf('DB-01')} END`,
      ],
      'left_out',
    ],
    [
      'an agent said to be too old for its job',
      [
        `UPDATE assignment SET state = 'rejected', held_version = version, held_reason = 'x' WHERE job_id = ${idOf('Backup')}`,
      ],
      'left_out',
    ],
    [
      'a pause',
      [
        `INSERT INTO host_pause (id, host_id, from_at, until_at, afterwards, made_by, reason)
         SELECT gen_random_uuid(), id, now(), now() + interval '1 day', 'skip', 'admin', '' FROM host`,
      ],
      'other_pause',
    ],
    ['a revision from which there is no way back', ['UPDATE host SET desired_rev = 900719925474099'], 'bad_index'],
  ])('%s: no host changes anything, and people are told', async (_what, attack, code) => {
    const before = tasksNow();
    const told = [...hosts.values()].map((host) => host.told);
    const entry = await lastEntry();
    const saved = await save();
    await asOwner(attack.map((text) => ({ text })));
    await push();
    expect(await app.app.get(SigningWatch).look()).not.toEqual([]);
    await until(async () => expect((await noticed(entry)).map(({ after }) => after.code)).toContain(code));
    expect(tasksNow()).toEqual(before);
    expect([...hosts.values()].map((host) => host.told)).toEqual(told);
    await restore(saved);
    expect(await app.app.get(SigningWatch).look()).toEqual([]);
  });

  it('are an incident, which is over when they are as they were', async () => {
    const state = async () => {
      await app.app.get(AlertEngine).turn();
      const query = `SELECT state FROM alert WHERE policy = 'system' AND what = 'signing:database' ORDER BY since DESC LIMIT 1`;
      return (await sql(query))[0]?.state;
    };
    const look = () => app.app.get(SigningWatch).look();
    await until(async () => {
      await look();
      expect(await state()).toBe('resolved');
    });
    await sql(`UPDATE host SET labels = '{"role": "db"}' WHERE name = 'WEB-01'`);
    expect(await look()).toContain('host WEB-01: nobody gave it these labels');
    expect(await state()).toBe('firing');
    const [incident] = await sql('SELECT title, state FROM incident ORDER BY number DESC LIMIT 1');
    expect(incident).toMatchObject({ title: expect.stringMatching(/^system: host/), state: 'firing' });
    await sql(`UPDATE host SET labels = '{"role": "web"}' WHERE name = 'WEB-01'`);
    expect(await look()).toEqual([]);
    expect(await state()).toBe('resolved');
  });
});

describe('commands by SQL', () => {
  const insert = async (text: string, signature: string, host: string, id: string) =>
    sql(
      `INSERT INTO command (id, host_id, job_id, action, text, signature, author, expires_at)
       VALUES ($1, $2, ${idOf('Backup')}, 'run', $3, $4, 'admin', now() + interval '5 minutes')`,
      [id, await hostId(host), text, signature],
    );
  const orderOf = async (host: string, changes: object = {}) => ({
    kind: 'carillon/command/v1',
    commandId: crypto.randomUUID(),
    hostId: await hostId(host),
    action: 'run',
    jobId: (await sql(`SELECT id FROM job WHERE name = 'Backup'`))[0].id,
    runId: null,
    notBefore: new Date(Date.now() - 60_000).toISOString(),
    notAfter: new Date(Date.now() + 60_000).toISOString(),
    ...changes,
  });

  it('of a stranger start nothing, with or without his name on them', async () => {
    for (const more of [{}, { signedBy: stranger.publicKey }]) {
      (Reflect.get(app.app.get(SigningAlarmStore), 'told') as Map<string, number>).clear();
      const [entry, before] = [await lastEntry(), tasksNow()];
      const order = await orderOf('DB-01', more);
      const text = canonicalJson(order);
      await insert(text, signText(stranger.privateKey, 'carillon/v1/command', text), 'DB-01', order.commandId);
      hint('command', [order.hostId]);
      const code = 'signedBy' in more ? 'unknown_key' : 'bad_signature';
      await until(async () =>
        expect(await noticed(entry)).toMatchObject([{ act: 'refused', what: 'DB-01', after: { code } }]),
      );
      expect(tasksNow()).toEqual(before);
    }
    const found = await app.app.get(SigningWatch).look();
    expect(found.filter((message) => message.includes('is not signed by a key of ours'))).toHaveLength(2);
    await sql(`UPDATE command SET state = 'expired'`);
  });

  it('that were signed for another host, or done before, start nothing', async () => {
    const { commands } = await app.call(api.jobs.run, { name: 'Backup', body: {} });
    const id = commands[0]?.id ?? '';
    const done = () => sql('SELECT state FROM command WHERE id = $1', [id]);
    await until(async () => expect(await done()).toEqual([{ state: 'done' }]));
    const before = tasksNow();
    const entry = await lastEntry();
    const [row] = await sql('SELECT text, signature FROM command WHERE id = $1', [id]);
    await insert(row.text, row.signature, 'WEB-01', crypto.randomUUID());
    hint('command', [await hostId('WEB-01')]);
    await until(async () =>
      expect(await noticed(entry)).toMatchObject([{ what: 'WEB-01', after: { code: 'wrong_host' } }]),
    );
    await sql(`UPDATE command SET state = 'queued', expires_at = now() + interval '1 hour' WHERE id = $1`, [id]);
    hint('command', [await hostId('DB-01')]);
    await until(async () => expect(await done()).toEqual([{ state: 'done' }]));
    expect(tasksNow()).toEqual(before);
    await sql(`UPDATE command SET state = 'expired' WHERE state <> 'done'`);
  });

  it('are not signed for hosts that only a row gives the job', async () => {
    const saved = await save();
    await sql(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash) SELECT job_id, ${hostOf('WEB-01')}, version, manifest_hash FROM assignment WHERE job_id = ${idOf('Backup')}`,
    );
    const running = app.call(api.jobs.run, { name: 'Backup', body: {} });
    await expect(running).rejects.toMatchObject({ status: 409, body: { params: { refusal: 'other_target' } } });
    await restore(saved);
  });
});

describe('the book of what was accepted', () => {
  const looked = async () => (await app.app.get(SigningWatch).look()).join();
  const forge = async () => {
    const [{ seq, hash }] = await sql('SELECT seq::float8 AS seq, hash FROM accepted_entry ORDER BY seq DESC LIMIT 1');
    const id = await hostId('WEB-01');
    const entry = nextEntry(
      { seq, hash },
      { by: 'admin', atMs: Date.now(), records: [{ kind: 'labels', hostId: id, labels: { role: 'db' } }] },
    );
    const signature = signText(stranger.privateKey, 'carillon/v1/accepted', entry.text);
    await sql('INSERT INTO accepted_entry (seq, hash, text, signature) VALUES ($1, $2, $3, $4)', [
      entry.seq,
      entry.hash,
      entry.text,
      signature,
    ]);
  };

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['with an entry of a stranger', forge, /not signed by a key of ours/],
    [
      'that was cut back',
      () => sql('DELETE FROM accepted_entry WHERE seq = (SELECT max(seq) FROM accepted_entry)'),
      /not there any more|ends at entry/,
    ],
    ['that is gone', () => sql('DELETE FROM accepted_entry'), /not there any more|ends at entry/],
    [
      'that begins anew',
      // By way of numbers that nobody has, whatever the order in which rows are changed.
      async () => {
        await sql('UPDATE accepted_entry SET seq = -seq');
        await sql('UPDATE accepted_entry SET seq = -seq - 1');
      },
      /not there any more|ends at entry/,
    ],
  ])('%s is not believed', async (_what, attack, words) => {
    const [before, saved, entry] = [tasksNow(), await save(), await lastEntry()];
    await attack();
    expect(await looked()).toMatch(words);
    await expect(apply([jobFile('Other')])).rejects.toMatchObject({ body: { params: { refusal: 'book_changed' } } });
    await push();
    expect(await looked()).not.toBe('');
    expect(await noticed(entry)).not.toEqual([]);
    expect(tasksNow()).toEqual(before);
    await restore(saved);
    expect(await looked()).toBe('');
  });

  it('goes on with what people ask for', async () => {
    await apply([jobFile('Backup', { targets: { labels: { role: 'db' } }, run: { program: 'C:\\three.exe' } })]);
    await until(() => expect(hosts.get('DB-01')?.told.wanted).toMatchObject([{ version: 3 }]));
    await app.call(api.hosts.setLabels, { name: 'WEB-01', body: { labels: { role: 'db' } } });
    await until(() => expect(hosts.get('WEB-01')?.tasks).toContain('Backup'));
    expect(await looked()).toBe('');
  });
});

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

const tables = ['assignment', 'job', 'job_version', 'host_group', 'host_pause', 'accepted_entry'];
type Saved = Record<string, string>;
let revision = 0;

async function save(): Promise<Saved> {
  const saved: Saved = {};
  for (const table of tables)
    saved[table] = (await sql(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`))[0].rows;
  saved.host = (
    await sql(`SELECT json_agg(json_build_object('id', id, 'labels', labels))::text AS rows FROM host`)
  )[0].rows;
  return saved;
}

/** As it was before, at a revision above; hosts then hear that nothing is new. */
async function restore(saved: Saved): Promise<void> {
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
}
