import { mkdirSync } from 'node:fs';
import { misuse, type Outcome } from './messages.js';
import { perform } from './perform.js';

// A stand-in for schtasks.exe: node schtasks.js [--store DIR] /create|/query|/run|/end|/delete|/change ...
// The store may also come from CARILLON_EMULATOR_STORE.

function takeStore(words: string[]): string | undefined {
  const at = words.indexOf('--store');
  return at < 0 ? process.env.CARILLON_EMULATOR_STORE : words.splice(at, 2)[1];
}

async function main(words: string[]): Promise<Outcome> {
  const store = takeStore(words);
  if (store === undefined) return misuse('no store: use --store DIR or CARILLON_EMULATOR_STORE.');
  mkdirSync(store, { recursive: true });
  const zone = process.env.CARILLON_EMULATOR_TIMEZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return perform(store, words, zone);
}

// Not awaited at the top level: as a single executable it is a CommonJS bundle, which has none.
void main(process.argv.slice(2)).then((outcome) => {
  if (outcome.out !== undefined) process.stdout.write(`${outcome.out}\r\n`);
  if (outcome.error !== undefined) process.stderr.write(`${outcome.error}\r\n`);
  process.exitCode = outcome.exit;
});
