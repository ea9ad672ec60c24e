import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';

/** Something the server says about a job file: where in it, and what. */
export interface Fault {
  /** Dotted path, `schedule[0].cron`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** Line of the field at a path, from 1, or of the nearest thing around it where the field is missing. */
export function lineOfPath(text: string, path: string): number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false }) as Document;
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (let rest = path; rest !== ''; ) {
    const index = /^\[(\d+)\]\.?/.exec(rest);
    if (index) {
      // A list of one may be written without the list.
      if (isSeq(node)) node = node.items[Number(index[1])];
      rest = rest.slice(index[0].length);
      offset = startOf(node) ?? offset;
      continue;
    }
    const pair = isMap(node) ? longestKey(node.items, rest) : undefined;
    if (!pair) break;
    offset = startOf(pair.key) ?? offset;
    node = pair.value;
    rest = rest.slice(keyText(pair).length).replace(/^\./, '');
  }
  return lines.linePos(offset).line;
}

/** Keys may hold dots themselves (`example.com/role`). */
function longestKey(pairs: readonly Pair[], rest: string): Pair | undefined {
  return pairs
    .filter((pair) => {
      const key = keyText(pair);
      return key !== '' && rest.startsWith(key) && /^(?:$|[.[])/.test(rest.slice(key.length));
    })
    .sort((a, b) => keyText(b).length - keyText(a).length)[0];
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
