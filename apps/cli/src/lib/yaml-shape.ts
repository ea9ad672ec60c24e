import type { CST } from 'yaml';

/** A document more complex than any real one, which would cost the reader its stack or minutes of time. */
export interface ShapeProblem {
  readonly offset: number;
  readonly expected: string;
}

/** Building a deeper tree recurses until the process dies, which cannot be caught. */
const maxDepth = 64;
/** Finding duplicate keys takes quadratic time. */
const maxMapEntries = 2_000;

/** Looks at the flat stream of tokens, without recursion, before a tree is built from it. */
export function findShapeProblem(root: CST.Token): ShapeProblem | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) return { offset: token.offset, expected: `at most ${maxDepth} levels of nesting` };
    if (token.type === 'document') {
      if (token.value) open.push({ token: token.value, depth });
    } else if (token.type === 'block-map' || token.type === 'block-seq' || token.type === 'flow-collection') {
      const isMap = token.type !== 'block-seq' && !(token.type === 'flow-collection' && token.start.source === '[');
      if (isMap && token.items.length > maxMapEntries)
        return { offset: token.offset, expected: `at most ${maxMapEntries} keys in one map` };
      for (const { key, value } of token.items) {
        if (key) open.push({ token: key, depth: depth + 1 });
        if (value) open.push({ token: value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}
