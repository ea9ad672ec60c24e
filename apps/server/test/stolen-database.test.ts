import { api } from '@carillon/contract/http/api';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { nextEntry } from '@carillon/core/signing/book-entry';
import { AlertEngine } from '@carillon/server/alerting/engine.service';
import { jobFile } from '@carillon/server/store/testing/fleet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AttackedServer, startAttackedServer, until } from './attack/attacked-server.js';

/** Whoever can write Postgres and Redis, and reads neither the server's memory nor its disk. */
const stranger = makeKeyPair();

let server: AttackedServer;
const sql: AttackedServer['sql'] = (...query) => server.sql(...query);

beforeAll(async () => {
  server = await startAttackedServer();
  await server.join('DB-01', { role: 'db' });
  await server.join('WEB-01', { role: 'web' });
  const backup = (program: string) => jobFile('Backup', { targets: { labels: { role: 'db' } }, run: { program } });
  await server.apply([
    backup('C:\\one.exe'),
    jobFile('Web', { targets: { groups: ['webs'] } }),
    { kind: 'HostGroup', name: 'webs', hosts: ['WEB-01'] },
  ]);
  await server.apply([backup('C:\\two.exe')]);
  await until(() => {
    expect(server.hosts.get('DB-01')?.tasks).toContain('Backup');
    expect(server.hosts.get('DB-01')?.told.wanted).toMatchObject([{ version: 2 }]);
    expect(server.hosts.get('WEB-01')?.tasks).toContain('Web');
  });
});
afterAll(() => server?.close());
beforeEach(() => server.tellAgain());

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
    const before = server.tasksNow();
    const told = [...server.hosts.values()].map((host) => host.told);
    const entry = await server.lastEntry();
    const saved = await server.save();
    await server.asOwner(attack.map((text) => ({ text })));
    await server.push();
    expect(await server.look()).not.toEqual([]);
    await until(async () => expect((await server.noticed(entry)).map(({ after }) => after.code)).toContain(code));
    expect(server.tasksNow()).toEqual(before);
    expect([...server.hosts.values()].map((host) => host.told)).toEqual(told);
    await server.restore(saved);
    expect(await server.look()).toEqual([]);
  });

  it('are an incident, which is over when they are as they were', async () => {
    const state = async () => {
      await server.app.app.get(AlertEngine).turn();
      const query = `SELECT state FROM alert WHERE policy = 'system' AND what = 'signing:database' ORDER BY since DESC LIMIT 1`;
      return (await sql(query))[0]?.state;
    };
    const { look } = server;
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
      [id, await server.hostId(host), text, signature],
    );
  const orderOf = async (host: string, changes: object = {}) => ({
    kind: 'carillon/command/v1',
    commandId: crypto.randomUUID(),
    hostId: await server.hostId(host),
    action: 'run',
    jobId: (await sql(`SELECT id FROM job WHERE name = 'Backup'`))[0].id,
    runId: null,
    notBefore: new Date(Date.now() - 60_000).toISOString(),
    notAfter: new Date(Date.now() + 60_000).toISOString(),
    ...changes,
  });

  it('of a stranger start nothing, with or without his name on them', async () => {
    for (const more of [{}, { signedBy: stranger.publicKey }]) {
      server.tellAgain();
      const [entry, before] = [await server.lastEntry(), server.tasksNow()];
      const order = await orderOf('DB-01', more);
      const text = canonicalJson(order);
      await insert(text, signText(stranger.privateKey, 'carillon/v1/command', text), 'DB-01', order.commandId);
      server.hint('command', [order.hostId]);
      const code = 'signedBy' in more ? 'unknown_key' : 'bad_signature';
      await until(async () =>
        expect(await server.noticed(entry)).toMatchObject([{ act: 'refused', what: 'DB-01', after: { code } }]),
      );
      expect(server.tasksNow()).toEqual(before);
    }
    const found = await server.look();
    expect(found.filter((message) => message.includes('is not signed by a key of ours'))).toHaveLength(2);
    await sql(`UPDATE command SET state = 'expired'`);
  });

  it('that were signed for another host, or done before, start nothing', async () => {
    const { commands } = await server.app.call(api.jobs.run, { name: 'Backup', body: {} });
    const id = commands[0]?.id ?? '';
    const done = () => sql('SELECT state FROM command WHERE id = $1', [id]);
    await until(async () => expect(await done()).toEqual([{ state: 'done' }]));
    const before = server.tasksNow();
    const entry = await server.lastEntry();
    const [row] = await sql('SELECT text, signature FROM command WHERE id = $1', [id]);
    await insert(row.text, row.signature, 'WEB-01', crypto.randomUUID());
    server.hint('command', [await server.hostId('WEB-01')]);
    await until(async () =>
      expect(await server.noticed(entry)).toMatchObject([{ what: 'WEB-01', after: { code: 'wrong_host' } }]),
    );
    await sql(`UPDATE command SET state = 'queued', expires_at = now() + interval '1 hour' WHERE id = $1`, [id]);
    server.hint('command', [await server.hostId('DB-01')]);
    await until(async () => expect(await done()).toEqual([{ state: 'done' }]));
    expect(server.tasksNow()).toEqual(before);
    await sql(`UPDATE command SET state = 'expired' WHERE state <> 'done'`);
  });

  it('are not signed for hosts that only a row gives the job', async () => {
    const saved = await server.save();
    await sql(
      `INSERT INTO assignment (job_id, host_id, version, manifest_hash) SELECT job_id, ${hostOf('WEB-01')}, version, manifest_hash FROM assignment WHERE job_id = ${idOf('Backup')}`,
    );
    const running = server.app.call(api.jobs.run, { name: 'Backup', body: {} });
    await expect(running).rejects.toMatchObject({ status: 409, body: { params: { refusal: 'other_target' } } });
    await server.restore(saved);
  });
});

describe('the book of what was accepted', () => {
  const looked = async () => (await server.look()).join();
  const forge = async () => {
    const [{ seq, hash }] = await sql('SELECT seq::float8 AS seq, hash FROM accepted_entry ORDER BY seq DESC LIMIT 1');
    const id = await server.hostId('WEB-01');
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
    const [before, saved, entry] = [server.tasksNow(), await server.save(), await server.lastEntry()];
    await attack();
    expect(await looked()).toMatch(words);
    await expect(server.apply([jobFile('Other')])).rejects.toMatchObject({
      body: { params: { refusal: 'book_changed' } },
    });
    await server.push();
    expect(await looked()).not.toBe('');
    expect(await server.noticed(entry)).not.toEqual([]);
    expect(server.tasksNow()).toEqual(before);
    await server.restore(saved);
    expect(await looked()).toBe('');
  });

  it('goes on with what people ask for', async () => {
    await server.apply([jobFile('Backup', { targets: { labels: { role: 'db' } }, run: { program: 'C:\\three.exe' } })]);
    await until(() => expect(server.hosts.get('DB-01')?.told.wanted).toMatchObject([{ version: 3 }]));
    await server.app.call(api.hosts.setLabels, { name: 'WEB-01', body: { labels: { role: 'db' } } });
    await until(() => expect(server.hosts.get('WEB-01')?.tasks).toContain('Backup'));
    expect(await looked()).toBe('');
  });
});
