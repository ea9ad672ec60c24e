import { mkdirSync } from 'node:fs';
import type { Outcome } from './messages.js';
import { performWevtutil } from './wevtutil-perform.js';

// A stand-in for wevtutil.exe and Task Scheduler's log: node wevtutil.js [--store DIR] qe|gl|sl|cl CHANNEL ...
// The store may also come from CARILLON_EMULATOR_STORE. Prints UTF-16, as Windows does when asked to.

function main(words: string[]): Outcome {
  const at = words.indexOf('--store');
  const store = at < 0 ? process.env.CARILLON_EMULATOR_STORE : words.splice(at, 2)[1];
  if (store === undefined) return { exit: 1, error: 'no store: use --store DIR or CARILLON_EMULATOR_STORE.' };
  mkdirSync(store, { recursive: true });
  return performWevtutil(store, words);
}

const outcome = main(process.argv.slice(2));
if (outcome.out !== undefined) process.stdout.write(Buffer.from(`\uFEFF${outcome.out}\r\n`, 'utf16le'));
if (outcome.error !== undefined) process.stderr.write(`${outcome.error}\r\n`);
process.exitCode = outcome.exit;
