import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Body } from '@carillon/contract/agent/catalog';
import { verifyText } from '@carillon/core/desired/signing';
import { judgeKeySet, readKeySet } from '@carillon/core/signing/key-set';
import { describe, expect, it, vi } from 'vitest';
import { runKeysTool } from '../keys-tool.js';
import { joinToken, startGateway } from './testing/gateway-fixture.js';
import { putJob } from './testing/jobs.js';
import { ownGateway } from './testing/own-gateway.js';
import { newId } from './testing/run-events.js';
import { facts, ScriptedAgent } from './testing/scripted-agent.js';

const gateway = await ownGateway();
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000 });
const keys = (...words: string[]) =>
  runKeysTool(words, { CARILLON_SIGNER_KEY_FILE: join(gateway.folder, 'signer.key') });
const idsOf = (list: string, state: string) =>
  [...list.matchAll(/^([0-9a-f]{16}) {2}(\w+)$/gm)].filter(([, , each]) => each === state).map(([, id]) => id ?? '');

async function welcomed(capabilities: string[]) {
  const agent = await ScriptedAgent.dial(gateway.port);
  const said = { ...facts, hostname: `host-${newId()}`, capabilities };
  const identity = await agent.enroll(await joinToken(gateway), said);
  await agent.hello(identity, { facts: said });
  return { agent, name: said.hostname };
}

const pinnedBy = ({ text }: Body<'trust.keys'>) => {
  const set = readKeySet(text);
  const signerKeys = set?.keys.filter(({ state }) => state !== 'revoked').map(({ key }) => key) ?? [];
  return { root: set?.root ?? '', version: set?.version ?? 0, signerKeys };
};

describe('the keys of a server', () => {
  it('are made for itself alone, told when a host joins and when it comes, to agents that can take them', async () => {
    const agent = await ScriptedAgent.dial(gateway.port);
    await agent.sendEnroll(await joinToken(gateway), (await import('@carillon/core/desired/signing')).makeKeyPair());
    const { trust } = (await agent.take('enrolled')).body;
    expect(
      trust.keys && judgeKeySet(trust.keys, { root: null, version: 0, signerKeys: trust.signerKeys }),
    ).toMatchObject({
      ok: true,
      by: 'pinned_key',
    });
    const able = await welcomed(['trust']);
    expect((await able.agent.take('trust.keys')).body).toEqual(trust.keys);
    const old = await welcomed([]);
    await old.agent.barrier();
    expect(old.agent.names()).toEqual([]);
    const root = readFileSync(join(gateway.folder, 'root.key'), 'utf8');
    for (const file of ['signer.key', 'keys.json', 'book-end.json'])
      expect(readFileSync(join(gateway.folder, file), 'utf8')).not.toContain(root);
    expect(keys('list')).toMatch(/^root [0-9a-f]{32}, set of keys 1\n[0-9a-f]{16} {2}active\n$/);
  });

  it('are changed on its machine, and hosts learn it while they are connected', async () => {
    const quick = await startGateway(gateway.databaseUrl, { folder: gateway.folder, pollMs: 20 });
    const agent = await ScriptedAgent.dial(quick.port);
    const said = { ...facts, hostname: `host-${newId()}`, capabilities: ['trust'] };
    await agent.hello(await agent.enroll(await joinToken(quick), said), { facts: said });
    const pinned = pinnedBy((await agent.take('trust.keys')).body);
    const before = quick.signer.publicKey;
    const job = await putJob(quick, [said.hostname]);

    const rotated = keys('rotate');
    const second = (await agent.take('trust.keys')).body;
    expect(judgeKeySet(second, pinned)).toMatchObject({ ok: true, by: 'root' });
    expect(judgeKeySet(second, { root: null, version: 0, signerKeys: [before] })).toMatchObject({ by: 'pinned_key' });
    await until(() => expect(quick.signer.publicKey).not.toBe(before));
    const signatureOf = async () => {
      const [row] = await quick.rows<{ manifest: string; signature: string }>(
        'SELECT manifest, signature FROM job_version WHERE job_id = $1',
        [job.jobId],
      );
      return (key: string) => verifyText(key, 'carillon/v1/manifest', row?.manifest ?? '', row?.signature ?? '');
    };
    // Retired only: what it signed stays good.
    expect((await signatureOf())(before)).toBe(true);

    const revoked = keys('revoke', idsOf(rotated, 'retired')[0] ?? '');
    const third = (await agent.take('trust.keys')).body;
    expect(judgeKeySet(third, pinnedBy(second))).toMatchObject({ ok: true });
    expect(pinnedBy(third).signerKeys).toEqual([quick.signer.publicKey]);
    await until(async () => expect((await signatureOf())(quick.signer.publicKey)).toBe(true));
    expect(idsOf(revoked, 'revoked')).toHaveLength(1);
    expect(() => keys('revoke', idsOf(revoked, 'active')[0] ?? '')).toThrow('expected the id of a retired key');

    agent.send('desired.get', { rev: 0, haveManifests: [] });
    const { manifests, index, indexSignature } = (await agent.take('desired.state')).body;
    expect(verifyText(quick.signer.publicKey, 'carillon/v1/index', index, indexSignature)).toBe(true);
    const [manifest] = manifests;
    expect(
      verifyText(quick.signer.publicKey, 'carillon/v1/manifest', manifest?.text ?? '', manifest?.signature ?? ''),
    ).toBe(true);
    await quick.close();
  });

  it('are refused where the signing key and the set of keys do not fit', async () => {
    expect(() =>
      runKeysTool(['list'], { CARILLON_SIGNER_KEY_FILE: join(gateway.folder, 'none', 'signer.key') }),
    ).toThrow('no server has started here yet');
    expect(() => keys('sing')).toThrow('keys list');
  });
});

describe('what a host did not obey', () => {
  it('is told to people once, with what and why', async () => {
    const { agent, name } = await welcomed(['trust']);
    for (let count = 0; count < 3; count += 1)
      agent.send('trust.refused', { what: 'index', code: 'rollback', message: 'index: \0 older' });
    const rows = () =>
      gateway.rows<{ body: string }>(`SELECT body FROM audit_entry WHERE body::jsonb->>'act' = 'refused'`);
    await until(async () => expect(await rows()).toHaveLength(1));
    await agent.barrier();
    const [row] = await rows();
    expect(JSON.parse(row?.body ?? '')).toMatchObject({ actor: name, via: 'agent', text: 'index: index:  older' });
    expect(await rows()).toHaveLength(1);
    const [signal] = await gateway.rows<{ data: object }>(`SELECT data FROM alert_signal WHERE kind = 'system'`);
    expect(signal?.data).toMatchObject({ part: `signing:host ${name}`, ok: false, code: 'rollback' });
  });
});

describe('a book that somebody at the server says is to begin anew', () => {
  it('begins with what the database says, here and on the other servers', async () => {
    const { name } = await welcomed([]);
    await putJob(gateway, [name]);
    await gateway.rows('DELETE FROM accepted_entry');
    await gateway.rows(`UPDATE host SET labels = '{"role": "db"}' WHERE name = $1`, [name]);
    await expect(putJob(gateway, [name])).rejects.toThrow(/not there any more|ends at entry/);
    expect(keys('believe')).toContain('counts as accepted');
    await putJob(gateway, [name]);
    const { agent } = await welcomed([]);
    agent.send('desired.get', { rev: 0, haveManifests: [] });
    expect((await agent.take('desired.state')).body.pages).toBe(1);
    const other = await startGateway(gateway.databaseUrl, { folder: gateway.folder });
    await putJob(other, [name]);
    await other.close();
    await putJob(gateway, [name]);
  });
});
