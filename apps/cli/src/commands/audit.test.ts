import { auditRoutes } from '@carillon/contract/http/audit.routes';
import { chainStart, type KeptLink, nextLink } from '@carillon/core/audit/chain';
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
function chainOf(count: number): KeptLink[] {
  const rows: KeptLink[] = [];
  let head = chainStart.head;
  for (let index = 1; index <= count; index += 1) {
    const link = nextLink(head, atMs, {
      ...{ actor: 'ann', account: null, via: 'token', token: null, from: null, route: null, kind: 'Host', act: 'x' },
      ...{ what: `host-${index}`, text: null, before: null, after: null, given: null, ref: null },
    });
    rows.push({ seq: link.seq, at: new Date(atMs).toISOString(), hash: link.hash, body: link.body });
    head = link;
  }
  return rows;
}
/** In pages of two. */
function serve(rows: readonly KeptLink[]): void {
  server.on(auditRoutes.chain, ({ query }) => {
    const from = Number(query['cursor'] ?? 0);
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
