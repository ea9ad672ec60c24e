/**
 * Counts the rows of all CSV files of a folder: a small whole program that a scheduler can judge. Node 20, nothing else.
 * Build: tsc count-orders.ts. Use: node count-orders.js FROM TO
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

const [success, runtimeError, usageError, noPermission, interrupted] = [0, 1, 2, 126, 130];
let isAskedToStop = false;

/** One JSON object a line: what a person reads in the table of the run, and an alert policy asks about. */
function log(level: 'info' | 'warn' | 'error', message: string, more: object = {}): void {
  const traceId = process.env.CARILLON_TRACE_ID;
  const line = { time: new Date().toISOString(), level, message, service: 'count-orders', trace_id: traceId, ...more };
  console.log(JSON.stringify(line));
}

/** Whoever reads the file finds the old one or the new one, never half of it. */
function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

async function run(from: string, to: string): Promise<number> {
  // The same occurrence may come twice: after a retry, or when somebody starts it by hand. What is done is not done again.
  const occurrence = process.env.CARILLON_SCHEDULED_FOR ?? '';
  const done = `${to}.done`;
  if (occurrence !== '' && existsSync(done) && readFileSync(done, 'utf8') === occurrence) {
    log('info', 'this occurrence is done already', { scheduled_for: occurrence });
    return success;
  }
  const files = readdirSync(from)
    .filter((name) => name.endsWith('.csv'))
    .sort();
  let [total, content] = [0, 'file,rows\n'];
  for (const [index, name] of files.entries()) {
    // Signals are heard between two turns; this is a place where nothing is half done.
    await turn();
    if (isAskedToStop) {
      log('warn', 'asked to stop', { files_left: files.length - index });
      return interrupted;
    }
    const rows = readFileSync(join(from, name), 'utf8').split('\n').filter(Boolean).length;
    total += rows;
    content += `${name},${rows}\n`;
    console.log(`::progress ${Math.floor((100 * (index + 1)) / files.length)}% ${name}`);
  }
  writeWhole(to, content);
  writeWhole(done, occurrence);
  log('info', 'counted', { files: files.length, rows: total });
  console.log(`::result ${JSON.stringify({ files: files.length, rows: total })}`);
  return success;
}

async function main([from, to, ...others]: string[]): Promise<number> {
  if (from === undefined || to === undefined || others.length > 0) {
    console.error('usage: count-orders FROM TO; expected two arguments, a folder and a file');
    return usageError;
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGBREAK'] as const)
    process.on(signal, () => {
      isAskedToStop = true;
    });
  try {
    return await run(from, to);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    log('error', 'a file cannot be read or written', { error: message });
    return code === 'EACCES' || code === 'EPERM' ? noPermission : runtimeError;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
