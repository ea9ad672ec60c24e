import type { OutputLine, OutputRow } from './output-lines.js';

/** A place where what is searched for stands, by the characters of its line. */
export interface Hit {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

/** More are not counted: nobody steps through them. */
export const mostHits = 5_000;

/** Where a text stands in the lines, in any case, in their order; `mostHits` at most. */
export function findHits(lines: readonly OutputLine[], text: string): Hit[] {
  const hits: Hit[] = [];
  if (text === '') return hits;
  const wanted = new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'giu');
  for (const [line, { text: written }] of lines.entries()) {
    for (const match of written.matchAll(wanted)) {
      hits.push({ line, from: match.index, to: match.index + match[0].length });
      if (hits.length === mostHits) return hits;
    }
  }
  return hits;
}

/** A part of a row; `hit` is the number of the hit that it belongs to. */
export interface RowPart {
  readonly text: string;
  readonly hit: number | null;
}

/** A row cut at the hits in it. @param hits in their order */
export function partsOf(row: OutputRow, text: string, hits: readonly Hit[]): RowPart[] {
  const parts: RowPart[] = [];
  let at = row.from;
  for (let index = firstIn(row, hits); index < hits.length; index += 1) {
    const hit = hits[index];
    if (!hit || hit.line !== row.line || hit.from >= row.to) break;
    const from = Math.max(hit.from, row.from);
    const to = Math.min(hit.to, row.to);
    if (from > at) parts.push({ text: text.slice(at, from), hit: null });
    parts.push({ text: text.slice(from, to), hit: index });
    at = to;
  }
  if (at < row.to) parts.push({ text: text.slice(at, row.to), hit: null });
  return parts;
}

/** The first hit that ends after the row begins; hits and rows are in order, so halving finds it. */
function firstIn(row: OutputRow, hits: readonly Hit[]): number {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const hit = hits[middle];
    if (hit && (hit.line < row.line || (hit.line === row.line && hit.to <= row.from))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row in which a hit begins; -1 where there is none. */
export function rowOfHit(rows: readonly OutputRow[], hit: Hit): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && (row.line < hit.line || (row.line === hit.line && row.to <= hit.from))) low = middle + 1;
    else high = middle;
  }
  return low < rows.length ? low : -1;
}
