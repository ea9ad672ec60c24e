import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { chainStart, type KeptLink, nextLink } from '@carillon/core/audit/chain';
import { endText } from '@carillon/core/audit/witness';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { keySetText, rootFingerprint } from '@carillon/core/signing/key-set';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliHarness } from '../testing/cli-harness.js';
import { FakeServer } from '../testing/fake-server.js';

let server: FakeServer;
let cli: CliHarness;
beforeEach(async () => {
  server = await FakeServer.start();
  cli = new CliHarness();
  cli.env = { CARILLON_SERVER: server.url, CARILLON_TOKEN: server.token };
});
afterEach(async () => {
  await server.stop();
  cli.remove();
});

const atMs = Date.UTC(2026, 2, 1);
/** @param changedFrom rows after this many say something else */
function chainOf(count: number, changedFrom = count): KeptLink[] {
  const rows: KeptLink[] = [];
  let head = chainStart.head;
  for (let index = 1; index <= count; index += 1) {
    const link = nextLink(head, atMs, {
      ...{ actor: 'ann', account: null, via: 'token', token: null, from: null, route: null, kind: 'Host', act: 'x' },
      ...{
        what: `${index > changedFrom ? 'other' : 'host'}-${index}`,
        text: null,
        before: null,
        after: null,
        given: null,
        ref: null,
      },
    });
    rows.push({ seq: link.seq, at: new Date(atMs).toISOString(), hash: link.hash, body: link.body });
    head = link;
  }
  return rows;
}
/** In pages of two. */
function serve(rows: readonly KeptLink[]): void {
  server.on(auditRoutes.chain, ({ query }) => {
    const from = Number(query.cursor ?? 0);
    return { items: rows.slice(from, from + 2), next: from + 2 < rows.length ? String(from + 2) : null };
  });
}

describe('audit verify', () => {
  it('tells how many rows hold, and the end of the chain', async () => {
    const rows = chainOf(5);
    serve(rows);
    const { stdout, exitCode } = await cli.run('audit', 'verify');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('5 rows hold');
    expect(stdout).toContain(`5:${rows[4]?.hash}`);
    const older = chainOf(0);
    serve(older);
    expect(await cli.run('audit', 'verify')).toMatchObject({ exitCode: 0 });
  });

  it('names the first row that does not fit, also across pages, and exits with 1', async () => {
    const rows = chainOf(5);
    serve(rows.with(2, { ...(rows[2] as KeptLink), body: '{}' }));
    const changed = await cli.run('audit', 'verify');
    expect(changed.exitCode).toBe(1);
    expect(changed.stdout).toContain('row 3 does not fit (changed)');
    serve(rows.toSpliced(2, 1));
    const missing = await cli.run('audit', 'verify', '--json');
    expect(missing.exitCode).toBe(1);
    expect(JSON.parse(missing.stdout)).toMatchObject({ ok: false, problem: { seq: 4, code: 'missing' } });
  });

  it('finds by an end that was kept elsewhere what the chain alone does not show', async () => {
    const rows = chainOf(5);
    const known = `4:${rows[3]?.hash}`;
    serve(rows);
    expect(await cli.run('audit', 'verify', '--known', known)).toMatchObject({ exitCode: 0 });
    serve(rows.slice(0, 3));
    const cut = await cli.run('audit', 'verify', '--known', known);
    expect([cut.exitCode, cut.stdout]).toEqual([
      1,
      expect.stringContaining('(cut_off): the chain ends here and went to 4'),
    ]);
    serve(rows);
    const other = await cli.run('audit', 'verify', '--known', `4:${'a'.repeat(64)}`);
    expect([other.exitCode, other.stdout]).toEqual([1, expect.stringContaining('row 4 does not fit (rewritten)')]);
    expect((await cli.run('audit', 'verify', '--known', 'x')).exitCode).not.toBe(0);
  });
});

describe('audit verify --witnesses', () => {
  const [root, signer] = [makeKeyPair(), makeKeyPair()];
  const keysText = keySetText({
    ...{ kind: 'carillon/keys/v1', version: 1, root: root.publicKey },
    ...{ keys: [{ key: signer.publicKey, state: 'active' }], issuedAt: '2026-03-01T00:00:00.000Z' },
  });
  const keys = { text: keysText, signature: signText(root.privateKey, 'carillon/v1/keys', keysText), vouchers: [] };
  const signed = (row: KeptLink | undefined) => {
    const text = endText({ seq: row?.seq ?? 0, hash: row?.hash ?? '' }, atMs);
    return { text, signature: signText(signer.privateKey, 'carillon/v1/audit-end', text) };
  };
  /** Written anew from its third row on, with hashes that fit. */
  const anew = () => chainOf(5, 2);
  const rows = chainOf(5);
  const ends = [signed(rows[1]), signed(rows[3])];
  const answer = (host: string, changes = {}) => ({ host, state: 'answered' as const, ends, keys, ...changes });

  it('asks agents: a chain that was written anew fits in itself, and not what a host keeps signed', async () => {
    server.on(auditRoutes.witnesses, ({ query }) =>
      query.cursor === undefined
        ? { items: [answer('web-1'), answer('web-2', { state: 'silent', ends: [], keys: null })], next: 'web-2' }
        : { items: [answer('web-3', { state: 'old', ends: [], keys: null })], next: null },
    );
    serve(rows);
    const good = await cli.run('audit', 'verify', '--witnesses');
    expect([good.exitCode, good.stdout]).toEqual([
      0,
      expect.stringContaining('1 of 1 host vouch for it up to row 4; 1 newer row'),
    ]);
    expect(good.stdout).toContain('did not answer: web-2');
    expect(good.stdout).toContain('too old to be asked: web-3');
    expect(good.stdout).toContain('by their own word');
    serve(anew());
    expect(await cli.run('audit', 'verify')).toMatchObject({ exitCode: 0 });
    // Another host was told nothing since: its word does not make up for the one that was.
    server.on(auditRoutes.witnesses, () => ({
      items: [answer('web-1'), answer('web-2', { ends: ends.slice(0, 1) })],
      next: null,
    }));
    const found = await cli.run('audit', 'verify', '--witnesses');
    expect([found.exitCode, found.stdout]).toEqual([
      1,
      expect.stringContaining(
        'host web-1 keeps row 4, signed 2026-03-01T00:00:00.000Z, and it does not fit (rewritten)',
      ),
    ]);
  });

  it('reads what hosts printed, and takes no other root than the one that is known', async () => {
    const file = cli.file('web-1.json', JSON.stringify({ kind: 'carillon/witness/v1', host: 'web-1', ends, keys }));
    const known = rootFingerprint(root.publicKey, sha256Hex);
    serve(rows);
    const good = await cli.run('audit', 'verify', '--root', known, '--json', '--witnesses', file);
    expect(JSON.parse(good.stdout)).toMatchObject({
      ok: true,
      witnesses: { root: known, hosts: [{ code: 'fits', count: 2 }] },
    });
    serve(rows.slice(0, 3));
    expect(await cli.run('audit', 'verify', '--witnesses', file)).toMatchObject({ exitCode: 1 });
    serve(rows);
    const other = await cli.run('audit', 'verify', '--root', 'f'.repeat(32), '--witnesses', file);
    expect([other.exitCode, other.stderr]).toEqual([1, expect.stringContaining('has keys that this root signed')]);
    const bad = await cli.run('audit', 'verify', '--witnesses', cli.file('x.json', '{}'));
    expect(bad.stderr).toContain('x.json: expected what `carillon-agent witness` prints');
    server.on(auditRoutes.witnesses, () => ({ items: [], next: null }));
    expect((await cli.run('audit', 'verify', '--witnesses')).stderr).toContain('no host said what it keeps');
  });
});

it('audit export writes rows as they were hashed, one a line', async () => {
  const rows = chainOf(3);
  serve(rows);
  const { stdout } = await cli.run('audit', 'export', '--since', '2026-03-01T00:00', '--format', 'jsonl');
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(rows);
  expect(server.calls.at(-1)?.asked.query).toMatchObject({ since: expect.stringContaining('2026') });
});
