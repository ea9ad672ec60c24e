import { type Document, isMap, isScalar, isSeq, type Pair } from 'yaml';

/** Offset of the field at a problem's path, `routes[0].match`, or of the nearest thing around it where the field is missing. */
export function offsetOfPath(document: Document, path: string): number {
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
  return offset;
}

/** Keys may hold dots themselves (`example.com/role`), so the longest that fits is taken. */
function longestKey(pairs: readonly Pair[], rest: string): Pair | undefined {
  const fitting = pairs.filter((pair) => {
    const key = keyText(pair);
    return key !== '' && rest.startsWith(key) && /^(?:$|[.[])/.test(rest.slice(key.length));
  });
  return fitting.sort((a, b) => keyText(b).length - keyText(a).length)[0];
}

const keyText = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '');

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
