import { type Document, isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml';

/**
 * Offset of the field at a problem's path, `schedule[0].cron`, or of the nearest thing around it when the field
 * is missing. Keys may hold dots themselves (`example.com/role`), so the longest key that fits is taken.
 */
export function offsetOfPath(document: Document, path: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? document.range?.[0] ?? 0;
  let rest = path;
  while (rest !== '') {
    if (isAlias(node)) node = node.resolve(document);
    const index = /^\[(\d+)\]\.?/.exec(rest);
    if (index && !isSeq(node)) {
      rest = rest.slice(index[0].length); // a list of one may be written without the list
    } else if (index && isSeq(node)) {
      node = node.items[Number(index[1])];
      rest = rest.slice(index[0].length);
      offset = startOf(node) ?? offset;
    } else {
      const pair: Pair | undefined = isMap(node) ? longestKey(node.items, rest) : undefined;
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
      rest = rest.slice(keyText(pair).length).replace(/^\./, '');
    }
  }
  return offset;
}

function longestKey(pairs: readonly Pair[], rest: string): Pair | undefined {
  const fitting = pairs.filter((pair) => {
    const key = keyText(pair);
    return key !== '' && rest.startsWith(key) && /^(?:$|[.[])/.test(rest.slice(key.length));
  });
  return fitting.sort((a, b) => keyText(b).length - keyText(a).length)[0];
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
