import { chainStart, checkLinks, type KeptLink } from '@carillon/core/audit/chain';
import { readEndText } from '@carillon/core/audit/witness';
import { judgeWitness } from '@carillon/core/audit/witness-check';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { describe, expect, it, vi } from 'vitest';
import { writeAccepted } from '../shared/audit-end.js';
import { noteChange } from '../store/audit-act.js';
import { AuditCheckStore } from '../store/audit-check.store.js';
import { poolTransaction } from '../store/pool-transaction.js';
import { joinToken } from './testing/gateway-fixture.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway({ pollMs: 20 });
const checks = new AuditCheckStore(gateway.database);
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const add = (count: number) =>
  poolTransaction(gateway.database.pool, async () => {
    for (let index = 0; index < count; index += 1) noteChange({ kind: 'Host', act: 'labelled', what: `h-${index}` });
  });

async function welcomed(capabilities: string[]) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const said = { ...facts, hostname: `host-${newId()}`, capabilities };
  await agent.hello(await agent.enroll(await joinToken(gateway), said), { facts: said });
  return { agent, name: said.hostname };
}

describe('the end of the audit', () => {
  it('is signed when it was checked, told to agents that keep it, and missed when the chain is cut off', async () => {
    const { agent, name } = await welcomed(['audit-witness']);
    await add(5);
    await checks.turn(null, false, Date.now());
    const { body } = await agent.take('audit.end');
    const end = readEndText(body.text);
    expect(end?.seq).toBeGreaterThanOrEqual(5);
    // Also to one that comes later; and not to one that does not know what it is.
    const late = await welcomed(['audit-witness']);
    expect((await late.agent.take('audit.end')).body).toEqual(body);
    const old = await welcomed([]);
    await old.agent.barrier();
    expect(old.agent.names()).toEqual([]);

    agent.send('audit.seen', body);
    await agent.barrier();
    expect(await checks.problem()).toBeNull();
    await gateway.database.pool.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL');
    await gateway.database.pool.query('DELETE FROM audit_entry WHERE seq > 2');
    await gateway.database.pool.query('ALTER TABLE audit_entry ENABLE TRIGGER ALL');
    // Nobody else's word counts.
    const forged = signText(makeKeyPair().privateKey, 'carillon/v1/audit-end', body.text);
    late.agent.send('audit.seen', { ...body, signature: forged });
    await late.agent.barrier();
    for (const _ of [1, 2]) agent.send('audit.seen', body);
    const missed = { seq: end?.seq, code: 'cut_off', witness: name };
    await until(async () => expect(await checks.problem()).not.toBeNull());
    expect(await checks.problem()).toMatchObject(missed);
    // A server that knows no better does not end it.
    await checks.turn({ seq: 1, hash: (await checks.hashOf(1)) ?? '' }, false, Date.now());
    expect(await checks.problem()).toMatchObject(missed);
    const signals = await gateway.rows<{ data: { text: string } }>(
      `SELECT data FROM alert_signal WHERE kind = 'system' AND data->>'part' = 'audit:chain'`,
    );
    expect(signals).toHaveLength(1);
    expect(signals[0]?.data.text).toContain(`host ${name} keeps it signed`);
  });

  it('that was told before somebody took the chain as it is, is not missed', async () => {
    const { agent } = await welcomed(['audit-witness']);
    const { body } = await agent.take('audit.end');
    writeAccepted(gateway.folder, Date.now());
    await gateway.database.pool.query('UPDATE audit_check SET problem = NULL');
    agent.send('audit.seen', body);
    await agent.barrier();
    expect(await checks.problem()).toBeNull();
  });

  it('is asked of the agents when somebody checks the audit: those that cannot answer, or do not, are named too', async () => {
    const desk = gateway.witnesses;
    const { agent, name } = await welcomed(['audit-witness', 'audit-kept']);
    const old = await welcomed(['audit-witness']);
    const asked = desk.hosts(null, 100);
    expect(asked.find(({ host }) => host === old.name)?.ask).toBeUndefined();
    const one = asked.find(({ host }) => host === name);
    const answers = Promise.all([one?.ask?.(), one?.ask?.()]);
    await agent.take('audit.ask');
    const ends = [(await agent.take('audit.end')).body];
    agent.send('audit.kept', { ends });
    expect(await answers).toEqual([{ ends }, { ends }]);
    expect(agent.names()).toEqual([]);
    const [first, second] = asked;
    expect(desk.hosts(first?.host ?? '', 1)).toMatchObject([{ host: second?.host }]);
  });

  it('shows a chain that was written anew, with hashes that fit, to whoever compares it with what a host keeps', async () => {
    const { agent, name } = await welcomed(['audit-witness', 'audit-kept']);
    const ends = [(await agent.take('audit.end')).body];
    const said = { host: name, ends, keys: null };
    const { pool } = gateway.database;
    const links = async () => {
      const { rows } = await pool.query<KeptLink & { at: Date }>(
        'SELECT seq::float8 AS seq, at, hash, body FROM audit_entry ORDER BY seq',
      );
      return rows.map((row): KeptLink => ({ ...row, at: row.at.toISOString() }));
    };
    const judge = async () => {
      const rows = await links();
      const verdict = checkLinks(chainStart, rows);
      const hashes = new Map(rows.map(({ seq, hash }) => [seq, hash]));
      return [verdict.ok, judgeWitness(said, gateway.signer.trust.trusted, hashes).code];
    };
    // The first test cut it off; whoever did has the numbers filled up again with what he likes.
    await add(10);
    expect(await judge()).toEqual([true, 'rewritten']);
  });
});
