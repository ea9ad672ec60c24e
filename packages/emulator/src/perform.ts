import { misuse, type Outcome } from './messages.js';
import { parseOptions } from './options.js';

/**
 * One schtasks call on a store: `/create`, `/query`, `/run`, `/end`, `/delete` or `/change` with its options.
 * Loads only the code of the verb: the program is started often and must be quick.
 */
export async function perform(store: string, words: readonly string[], hostTimezone: string): Promise<Outcome> {
  const parsed = parseOptions(words);
  if (!parsed.ok) return misuse(parsed.message);
  const { verb, options } = parsed;
  if (verb === 'query') return (await import('./query.js')).query(store, options, hostTimezone);
  const verbs = await import('./verbs.js');
  if (verb === 'create') return verbs.create(store, options);
  if (verb === 'run') return verbs.run(store, options);
  if (verb === 'end') return verbs.end(store, options);
  if (verb === 'delete') return verbs.remove(store, options);
  return verbs.change(store, options);
}
