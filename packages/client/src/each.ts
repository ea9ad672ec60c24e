import type { CallOptions } from './types.js';

interface Listed {
  readonly items: readonly unknown[];
  readonly next: string | null;
  readonly complete?: boolean;
}
type List = (input: never, options?: CallOptions) => Promise<Listed>;
type Item<F extends List> = Awaited<ReturnType<F>>['items'][number];
type Rest<F extends List> = undefined extends Parameters<F>[0]
  ? [input?: Parameters<F>[0], options?: CallOptions]
  : [input: Parameters<F>[0], options?: CallOptions];

/**
 * Everything of a list, page by page as it is needed: `for await (const run of each(client.runs.list, { bad: true }))`.
 * What is added meanwhile may be missing; nothing comes twice. Ends with what is there now: the output of a running
 * program is not followed.
 * @throws what the calls throw
 */
export async function* each<F extends List>(
  list: F,
  ...[input, options]: Rest<F>
): AsyncGenerator<Item<F>, void, undefined> {
  const call = list as unknown as (input: object, options?: CallOptions) => Promise<Listed>;
  let cursor = (input as { cursor?: string } | undefined)?.cursor;
  for (;;) {
    const { items, next, complete } = await call({ ...(input as object | undefined), cursor }, options);
    yield* items as Iterable<Item<F>>;
    if (next === null || next === cursor || complete) return;
    cursor = next;
  }
}
