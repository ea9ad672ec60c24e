import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/**
 * One line from standard input. At a console it is asked for and not shown; it never stands on a command line, in the
 * environment or in a file.
 */
export function readSecret(question: string): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal });
  return new Promise((resolve) => {
    let answer = '';
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      if (terminal) process.stderr.write('\n');
      resolve(answer);
    });
  });
}

/** All of standard input but the line break at its end: a key may have many lines. At a console one line. */
export async function readSecretText(question: string): Promise<string> {
  if (process.stdin.isTTY === true) return readSecret(question);
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
