import { mkdirSync } from 'node:fs';
import { misuse, type Outcome } from './messages.js';
import { type Options, parseOptions } from './options.js';

// A stand-in for schtasks.exe: node schtasks.js [--store DIR] /create|/query|/run|/end|/delete|/change ...
// The store may also come from CARILLON_EMULATOR_STORE.

function takeStore(words: string[]): string | undefined {
  const at = words.indexOf('--store');
  return at < 0 ? process.env.CARILLON_EMULATOR_STORE : words.splice(at, 2)[1];
}

/** Loads only the code of the verb: the program is started often and must be quick. */
async function perform(store: string, verb: string, options: Options): Promise<Outcome> {
  if (verb === 'query') {
    const zone = process.env.CARILLON_EMULATOR_TIMEZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    return (await import('./query.js')).query(store, options, zone);
  }
  const verbs = await import('./verbs.js');
  if (verb === 'create') return verbs.create(store, options);
  if (verb === 'run') return verbs.run(store, options);
  if (verb === 'end') return verbs.end(store, options);
  if (verb === 'delete') return verbs.remove(store, options);
  return verbs.change(store, options);
}

async function main(words: string[]): Promise<Outcome> {
  const store = takeStore(words);
  if (store === undefined) return misuse('no store: use --store DIR or CARILLON_EMULATOR_STORE.');
  mkdirSync(store, { recursive: true });
  const parsed = parseOptions(words);
  if (!parsed.ok) return misuse(parsed.message);
  return perform(store, parsed.verb, parsed.options);
}

const outcome = await main(process.argv.slice(2));
if (outcome.out !== undefined) process.stdout.write(`${outcome.out}\r\n`);
if (outcome.error !== undefined) process.stderr.write(`${outcome.error}\r\n`);
process.exitCode = outcome.exit;
