/** Merges sequences that are each in ascending order of `key` into one; equal keys keep the order of the sources. */
export function* mergeOrdered<Item>(sources: Iterator<Item>[], key: (item: Item) => number): Generator<Item> {
  const heads = sources.map((source) => ({ source, next: source.next() })).filter((head) => !head.next.done);
  while (heads.length > 0) {
    let first = heads[0]!;
    for (const head of heads) if (key(head.next.value) < key(first.next.value)) first = head;
    yield first.next.value;
    first.next = first.source.next();
    if (first.next.done) heads.splice(heads.indexOf(first), 1);
  }
}
