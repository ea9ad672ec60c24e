import { type AuditFacts, chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { cloneDatabase, type TestDatabase } from '@carillon/testkit/database';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditAct, noteChange, withinAct } from './audit-act.js';
import { appendAudit } from './audit-append.js';
import type { Database } from './database.store.js';
import { poolTransaction, rawQuery } from './pool-transaction.js';
import { openDatabase } from './testing/stores.js';

let test: TestDatabase;
let one: Database;
let two: Database;
beforeEach(async () => {
  test = await cloneDatabase();
  [one, two] = [openDatabase(test.url), openDatabase(test.url)];
});
afterEach(async () => {
  await Promise.all([one.onApplicationShutdown(), two.onApplicationShutdown()]);
  await test.drop();
});

const facts = (what: string): AuditFacts => ({
  ...{
    actor: 'ann',
    account: null,
    via: 'token',
    token: null,
    from: null,
    route: null,
    kind: 'Host',
    act: 'set',
    what,
  },
  ...{ text: null, before: null, after: null, given: null, ref: null },
});
const add = (database: Database, what: string) =>
  poolTransaction(database.pool, (client) => appendAudit(rawQuery(client), [facts(what)]));

async function chain(): Promise<KeptLink[]> {
  const { rows } = await one.pool.query<Omit<KeptLink, 'at'> & { at: Date }>(
    'SELECT seq::float8 AS seq, at, hash, body FROM audit_entry ORDER BY seq',
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
const verdict = async () => {
  const found = checkLinks(chainStart, await chain());
  return found.ok ? `${found.head.seq} hold` : `${found.problem.seq} ${found.problem.code}`;
};

describe('rows of the audit', () => {
  it('of two servers that write at once are one chain', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `host-${index}`);
    await Promise.all(names.map((name, index) => add(index % 2 === 0 ? one : two, name)));
    expect(await verdict()).toBe('120 hold');
    const whats = (await chain()).map(({ body }) => (JSON.parse(body) as AuditFacts).what);
    expect(whats.sort()).toEqual(names.sort());
  });

  it('of a server that dies before it commits are not there, and no gap is left', async () => {
    await add(one, 'a');
    const dying = new pg.Client(test.url);
    dying.on('error', () => undefined);
    await dying.connect();
    const { rows } = await dying.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await dying.query('BEGIN');
    await appendAudit(rawQuery(dying as never), [facts('lost')]);
    // The other one waits for the end of the chain, which the dead one holds.
    const waiting = add(two, 'b');
    await one.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await waiting;
    expect(await verdict()).toBe('2 hold');
    expect((await chain()).map(({ body }) => (JSON.parse(body) as AuditFacts).what)).toEqual(['a', 'b']);
    await dying.end().catch(() => undefined);
  });

  it('are refused by the database when they do not follow the last one', async () => {
    await add(one, 'a');
    const [row] = await chain();
    const insert = (seq: number, hash: string | null, body: string) =>
      one.pool.query('INSERT INTO audit_entry (seq, at, hash, body) VALUES ($1, now(), $2, $3)', [seq, hash, body]);
    await expect(insert(2, row?.hash ?? '', row?.body ?? '')).rejects.toThrow('row 2 does not follow row 1');
    await expect(insert(2, null, '{}')).rejects.toThrow('row 2 does not follow row 1');
    expect(await verdict()).toBe('1 hold');
  });

  it('are neither changed nor deleted, nor is the table emptied', async () => {
    await add(one, 'a');
    for (const sql of [
      `UPDATE audit_entry SET body = '{}'`,
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      `WITH gone AS (DELETE FROM audit_entry RETURNING 1) SELECT * FROM gone`,
    ])
      await expect(two.pool.query(sql), sql).rejects.toMatchObject({ code: '42501' });
    expect(await verdict()).toBe('1 hold');
  });

  it.each([
    ['changed', `UPDATE audit_entry SET body = replace(body, 'host-2', 'host-9') WHERE seq = 3`, '3 changed'],
    [
      'changed, with a hash that fits',
      `UPDATE audit_entry SET body = replace(body, 'host-2', 'host-9'),
         hash = encode(sha256(convert_to(replace(body, 'host-2', 'host-9'), 'UTF8')), 'hex') WHERE seq = 3`,
      '4 cut',
    ],
    ['removed', 'DELETE FROM audit_entry WHERE seq = 3', '4 missing'],
    [
      'removed, and the others moved up',
      'DELETE FROM audit_entry WHERE seq = 3; UPDATE audit_entry SET seq = seq - 1 WHERE seq > 3',
      '3 changed',
    ],
    [
      'put in',
      `UPDATE audit_entry SET seq = seq + 100 WHERE seq > 3; UPDATE audit_entry SET seq = seq - 99 WHERE seq > 100;
       INSERT INTO audit_entry SELECT 4, at, hash, body FROM audit_entry WHERE seq = 3`,
      '4 changed',
    ],
    [
      'moved',
      'UPDATE audit_entry SET seq = 99 WHERE seq = 2; UPDATE audit_entry SET seq = 2 WHERE seq = 3; UPDATE audit_entry SET seq = 3 WHERE seq = 99',
      '2 changed',
    ],
    ['said to be of another time', `UPDATE audit_entry SET at = at - interval '1 day' WHERE seq = 3`, '3 changed'],
    ['said to be older than the chain', 'UPDATE audit_entry SET hash = NULL WHERE seq = 3', '3 unchained'],
  ])('that somebody %s behind the triggers show', async (_name, sql, expected) => {
    for (let index = 0; index < 6; index += 1) await add(one, `host-${index}`);
    await two.pool.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
    await two.pool.query(sql);
    await two.pool.query('ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_only_added');
    expect(await verdict()).toBe(expected);
  });
});

describe('what a request changes', () => {
  const act = (changes: Partial<AuditAct> = {}): AuditAct => ({
    who: { actor: 'ann', account: null, via: 'session', token: null, from: '10.0.0.1' },
    route: 'hosts.setLabels',
    deed: { kind: 'Host', act: 'labelled', what: 'WIN-01' },
    rows: 0,
    isOver: false,
    ...changes,
  });
  const write = 'INSERT INTO sign_in_failure (key, failures, at) VALUES ($1, 1, now())';
  const bodies = async () => (await chain()).map(({ body }) => JSON.parse(body) as AuditFacts);

  it('has its row in the same transaction, whichever way it is written', async () => {
    await withinAct(act(), () => one.pool.query(write, ['plain']));
    await withinAct(act({ route: 'two' }), () => one.transaction((tx) => tx.$executeRawUnsafe(write, 'prisma')));
    await withinAct(act({ route: 'three' }), () =>
      poolTransaction(one.pool, (client) => {
        noteChange({ kind: 'Host', act: 'labelled', what: 'more exact', after: { a: 1 } });
        return client.query(write, ['noted']);
      }),
    );
    expect(await bodies()).toMatchObject([
      { route: 'hosts.setLabels', actor: 'ann', what: 'WIN-01', from: '10.0.0.1' },
      { route: 'two', what: 'WIN-01' },
      { route: 'three', what: 'more exact', after: { a: 1 } },
    ]);
  });

  it('is not kept without its row, nor the row without it', async () => {
    await one.pool.query('ALTER TABLE audit_entry ADD CONSTRAINT broken CHECK (seq < 1)');
    await expect(withinAct(act(), () => one.pool.query(write, ['a']))).rejects.toThrow('broken');
    expect((await one.pool.query('SELECT FROM sign_in_failure')).rowCount).toBe(0);
    await one.pool.query('ALTER TABLE audit_entry DROP CONSTRAINT broken');
    const failing = poolTransaction(one.pool, async (client) => {
      await client.query(write, ['b']);
      noteChange({ kind: 'Host', act: 'set', what: 'y' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await chain()).toEqual([]);
  });

  it('has one row, and reading none; what goes on after the answer is work of the server', async () => {
    const given = act();
    await withinAct(given, async () => {
      await one.pool.query('SELECT 1');
      await poolTransaction(one.pool, (client) => client.query('SELECT 1'));
      expect(given.rows).toBe(0);
      await one.pool.query(write, ['a']);
      await one.pool.query(write, ['b']);
    });
    expect(given.rows).toBe(1);
    const over = act({ isOver: true });
    await withinAct(over, async () => {
      await one.pool.query(write, ['c']);
      await poolTransaction(one.pool, async () => noteChange({ by: 'timer', kind: 'Job', act: 'set', what: 'y' }));
    });
    expect(await bodies()).toMatchObject([{ actor: 'ann' }, { actor: 'timer', via: 'server', route: null }]);
    expect(await verdict()).toBe('2 hold');
  });
});
