import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../desired/canonical-json.js';
import { type AuditFacts, type ChainHead, chainStart, checkLinks, type KeptLink, nextLink } from './chain.js';

const facts: AuditFacts = {
  ...{ actor: 'ann', account: null, via: 'session', token: null, from: '10.0.0.1', route: 'hosts.setLabels' },
  ...{ kind: 'Host', act: 'labelled', what: 'WIN-01', text: null, before: { a: '1' }, after: { a: '2' } },
  ...{ given: null, ref: null },
};
const atMs = Date.UTC(2026, 10, 27, 12);

function chainOf(count: number, from: ChainHead = chainStart.head): KeptLink[] {
  const rows: KeptLink[] = [];
  let head = from;
  for (let index = 0; index < count; index += 1) {
    const link = nextLink(head, atMs + index, { ...facts, what: `WIN-${index}` });
    rows.push({ seq: link.seq, at: new Date(atMs + index).toISOString(), hash: link.hash, body: link.body });
    head = link;
  }
  return rows;
}
const problem = (rows: readonly KeptLink[]) => {
  const verdict = checkLinks(chainStart, rows);
  return verdict.ok ? null : `${verdict.problem.seq} ${verdict.problem.code}`;
};
const at = (rows: readonly KeptLink[], index: number) => rows[index] as KeptLink;
/** As somebody would who knows how rows are hashed. */
const rehashed = (row: KeptLink, body: string): KeptLink => ({ ...row, body, hash: sha256Hex(body) });

describe('a chain', () => {
  it('says the same for the same, in canonical JSON', () => {
    const link = nextLink(chainStart.head, atMs, facts);
    expect(link.body).toBe(
      '{"account":null,"act":"labelled","actor":"ann","after":{"a":"2"},"at":"2026-11-27T12:00:00.000Z","before":{"a":"1"},' +
        '"from":"10.0.0.1","given":null,"kind":"Host",' +
        `"previous":"${'0'.repeat(64)}","ref":null,"route":"hosts.setLabels","seq":1,"text":null,"token":null,"via":"session","what":"WIN-01"}`,
    );
    expect(link.hash).toBe(sha256Hex(link.body));
  });

  it('holds, whole and page by page', () => {
    const rows = chainOf(10);
    const whole = checkLinks(chainStart, rows);
    expect(whole).toMatchObject({ ok: true, head: { seq: 10, hash: at(rows, 9).hash }, unchained: 0 });
    const half = checkLinks(chainStart, rows.slice(0, 4));
    expect(half.ok && checkLinks(half, rows.slice(4))).toEqual(whole);
    expect(checkLinks(chainStart, [])).toMatchObject({ ok: true, head: chainStart.head });
  });

  it('begins after rows that nothing vouches for, and takes none later', () => {
    const old = (seq: number): KeptLink => ({ seq, at: '', hash: null, body: '{}' });
    const later = chainOf(2, { seq: 2, hash: '0'.repeat(64) });
    expect(checkLinks(chainStart, [old(1), old(2), ...later])).toMatchObject({ ok: true, unchained: 2 });
    expect(problem([old(1), old(2), at(later, 0), old(4)])).toBe('4 unchained');
  });

  it('shows the first row that was changed, taken out, put in or moved', () => {
    const rows = chainOf(5);
    const forged = at(rows, 2).body.replace('"ann"', '"ben"');
    expect(problem(rows.with(2, { ...at(rows, 2), body: forged }))).toBe('3 changed');
    expect(problem(rows.with(2, rehashed(at(rows, 2), forged)))).toBe('4 cut');
    expect(problem(rows.with(2, { ...at(rows, 2), at: '2020-01-01T00:00:00.000Z' }))).toBe('3 changed');
    expect(problem(rows.toSpliced(2, 1))).toBe('4 missing');
    expect(problem(rows.toSpliced(2, 0, at(rows, 2)))).toBe('3 missing');
    expect(problem([at(rows, 0), at(rows, 2), at(rows, 1)])).toBe('3 missing');
    // Under the numbers of the others.
    const swapped = [at(rows, 0), { ...at(rows, 2), seq: 2 }, { ...at(rows, 1), seq: 3 }];
    expect(problem(swapped)).toBe('2 changed');
    const renumbered = rehashed(at(rows, 2), at(rows, 2).body.replace('"seq":3', '"seq":2'));
    expect(problem([at(rows, 0), { ...renumbered, seq: 2, at: at(rows, 2).at }])).toBe('2 cut');
  });

  it('takes no other way to write the same, and nothing that is no JSON', () => {
    const [row] = chainOf(1);
    if (!row) throw new Error('no row');
    expect(problem([rehashed(row, row.body.replace('{', '{ '))])).toBe('1 changed');
    expect(problem([rehashed(row, 'nothing')])).toBe('1 changed');
  });
});
