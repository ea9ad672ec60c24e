import { createHash, randomUUID } from 'node:crypto';
import { makeKeyPair, signText, verifyText } from '@carillon/core/desired/signing';
import { rotationText } from '@carillon/core/host/key-rotation';
import { joinToken, startGateway, type TestGateway } from '@carillon/server/gateway/testing/gateway-fixture';
import { putJob } from '@carillon/server/gateway/testing/jobs';
import { type AgentIdentity, facts, ScriptedAgent } from '@carillon/server/gateway/testing/scripted-agent';
import { cloneDatabase } from '@carillon/testkit/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** Whoever can write Postgres, has an agent of his own, and reads neither the server's memory nor its disk. */
const stranger = makeKeyPair();
let gateway: TestGateway;
let drop: () => Promise<void>;
let host: AgentIdentity;
let name = '';

beforeAll(async () => {
  const database = await cloneDatabase();
  drop = database.drop;
  gateway = await startGateway(database.url);
});
afterAll(async () => {
  await gateway?.close();
  await drop?.();
});

const able = { facts: { ...facts, capabilities: ['leave', 'host-key', 'trust'] } };
const sql = (text: string, values: unknown[] = []) => gateway.rows<Record<string, never>>(text, values);
const dial = () => ScriptedAgent.dial(gateway.port);

beforeEach(async () => {
  const agent = await dial();
  name = `host-${randomUUID()}`;
  host = await agent.enroll(await joinToken(gateway), { hostname: name });
  await agent.hangUp();
  await putJob(gateway, [name]);
});

/** What a sweep finds about this host, without anybody asking. */
const noticed = async (about = name) => {
  const found = await gateway.sweep.differences(Date.now());
  return found.filter((each) => each.about === about).map(({ message }) => message);
};
const lastSeq = async () => Number((await sql('SELECT coalesce(max(seq), 0) AS seq FROM audit_entry'))[0]?.seq);
const rowsAfter = async (seq: number) =>
  (await gateway.rows<{ body: string }>('SELECT body FROM audit_entry WHERE seq > $1 ORDER BY seq', [seq])).map(
    ({ body }) => JSON.parse(body),
  );

/** Signs in, asks for everything, and says what came. */
async function asks(identity: AgentIdentity): Promise<string[]> {
  const agent = await dial();
  await agent.hello(identity, able);
  await sql('UPDATE host SET desired_rev = desired_rev + 1 WHERE id = $1', [identity.agentId]);
  gateway.hints.publish({ kind: 'desired', hostIds: [identity.agentId] });
  agent.send('desired.get', { rev: 0, haveManifests: [] });
  // Answered in order: what is refused is not answered at all.
  agent.send('key.offer', { next: stranger.publicKey, byOld: 'A'.repeat(86), byNew: 'A'.repeat(86) });
  await agent.take('nack');
  const names = agent.names();
  await agent.hangUp();
  return names;
}

describe('a stranger who can write the database', () => {
  it('gets everything for a host that joined as it should: the test can fail', async () => {
    expect(await asks(host)).toContain('desired.state');
    expect(await noticed()).toEqual([]);
  });

  it('forges a token: nobody joins with it, and it is noticed', async () => {
    const secret = 'a-secret-that-he-made-up';
    const hash = createHash('sha256').update(secret).digest('hex');
    await sql(
      `INSERT INTO enrolment_token (id, hash, uses, expires_at, labels) VALUES ($1, $2, 9, now() + interval '1 day', '{"role":"db"}')`,
      [randomUUID(), hash],
    );
    const before = await lastSeq();
    const agent = await dial();
    await agent.sendEnroll(secret, stranger, { hostname: 'forged' });
    expect((await agent.take('reject')).body.code).toBe('bad_token');
    expect(await sql(`SELECT FROM host WHERE name = 'forged'`)).toEqual([]);
    expect(await rowsAfter(before)).toContainEqual(
      expect.objectContaining({ act: 'not-signed', after: { code: 'unknown_token' } }),
    );
  });

  it.each<[string, string]>([
    ['more uses', 'UPDATE enrolment_token SET uses = 99, used = 0 WHERE hash = $1'],
    ['a longer life', `UPDATE enrolment_token SET used = 0, expires_at = now() + interval '1 year' WHERE hash = $1`],
    ['other labels', `UPDATE enrolment_token SET used = 0, labels = '{"role":"db"}' WHERE hash = $1`],
    ['no approval', 'UPDATE enrolment_token SET used = 0, needs_approval = false WHERE hash = $1'],
  ])('gives a token that somebody made %s: it lets nobody in', async (_what, change) => {
    const secret = await joinToken(gateway, { needsApproval: change.includes('needs_approval') });
    const first = await dial();
    await first.enroll(secret, { hostname: `first-${randomUUID()}` });
    await first.hangUp();
    await sql(change, [createHash('sha256').update(secret).digest('hex')]);
    const agent = await dial();
    await agent.sendEnroll(secret, makeKeyPair(), { hostname: 'second' });
    expect((await agent.take('reject')).body.code).toBe('bad_token');
    expect(await sql(`SELECT FROM host WHERE name = 'second'`)).toEqual([]);
  });

  it('makes a host active that waits to be let in: nothing is signed for it, and it is noticed', async () => {
    const agent = await dial();
    const waiting = `waits-${randomUUID()}`;
    const identity = await agent.enroll(await joinToken(gateway, { needsApproval: true }), { hostname: waiting });
    await agent.hangUp();
    await sql(`UPDATE host SET state = 'active' WHERE id = $1`, [identity.agentId]);
    expect(await asks(identity)).not.toContain('desired.state');
    expect(await noticed(waiting)).toContain(`host ${waiting} was never accepted`);
  });

  it('writes a host of his own: nothing is signed for it, and it is noticed', async () => {
    const id = randomUUID();
    await sql(
      `INSERT INTO host (id, name, name_key, os, timezone, agent_version, scheduler, capabilities, fingerprint, public_key, desired_hash)
       SELECT $1, 'own', 'own', os, timezone, agent_version, scheduler, capabilities, fingerprint, $2, desired_hash FROM host WHERE name = $3`,
      [id, stranger.publicKey, name],
    );
    await sql('INSERT INTO agent_session (host_id) VALUES ($1)', [id]);
    expect(await asks({ agentId: id, keys: stranger })).not.toContain('desired.state');
    expect(await noticed('own')).toContain('host own was never accepted');
  });

  it('brings back a host that was taken out: nothing is signed for it, and it is noticed', async () => {
    await gateway.admissions.decommission(name, true);
    await sql(`UPDATE host SET state = 'active' WHERE id = $1`, [host.agentId]);
    expect(await asks(host)).not.toContain('desired.state');
    expect(await noticed()).toContain(`host ${name} was never accepted`);
  });

  it.each(['decommissioning', 'retired'])(
    'makes a host %s that nobody took out: it is not told to go, and it is noticed',
    async (state) => {
      const agent = await dial();
      await agent.hello(host, able);
      await sql(`UPDATE host SET state = '${state}' WHERE id = $1`, [host.agentId]);
      const before = await lastSeq();
      gateway.hints.publish({ kind: 'desired', hostIds: [host.agentId] });
      await vi.waitFor(async () =>
        expect(await rowsAfter(before)).toContainEqual(expect.objectContaining({ act: 'not-signed', what: name })),
      );
      const again = await dial();
      await again.sendHello(host, able);
      if (state === 'retired') expect((await again.take('reject')).body).not.toHaveProperty('leave');
      else await again.take('welcome');
      expect([...agent.names(), ...again.names()]).not.toContain('leave');
      expect((await noticed())[0]).toMatch(/nobody (took it out|asked for it)/);
    },
  );

  it("puts his key in the place of the host's: nothing is signed for him, and it is noticed", async () => {
    await sql('UPDATE host SET public_key = $2 WHERE id = $1', [host.agentId, stranger.publicKey]);
    expect(await asks({ ...host, keys: stranger })).not.toContain('desired.state');
    expect(await noticed()).toContain(`host ${name}: its key is not the one that it joined with`);
  });

  it.each<[string, (by: (keys: typeof stranger) => string) => object]>([
    ['without a word of the host', () => ({})],
    ['with a word of his own', (by) => ({ byOld: by(stranger), byNew: by(stranger) })],
  ])('offers his key as the next one of the host, %s: he is not let in', async (_name, offerOf) => {
    const text = rotationText({ hostId: host.agentId, publicKey: host.keys.publicKey, next: stranger.publicKey });
    const by = ({ privateKey }: typeof stranger) => signText(privateKey, 'carillon/v1/host-key', text);
    expect(verifyText(stranger.publicKey, 'carillon/v1/host-key', text, by(stranger))).toBe(true);
    await sql('UPDATE host SET key_offered = $2, key_offer = $3 WHERE id = $1', [
      host.agentId,
      stranger.publicKey,
      JSON.stringify(offerOf(by)),
    ]);
    const agent = await dial();
    await agent.sendHello({ ...host, keys: stranger }, able);
    expect((await agent.take('reject')).body.code).toBe('bad_signature');
    const own = await dial();
    await own.hello(host, able);
    await own.hangUp();
  });
});
