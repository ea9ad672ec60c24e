import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** A program with its arguments, as Task Scheduler starts it. */
export interface Command {
  readonly command: string;
  readonly arguments: string[];
}

/** This very program with other arguments: the single executable alone, or Node with the built `main.js`. */
export function selfCommand(...args: readonly string[]): Command {
  const script = isSea() ? [] : [fileURLToPath(new URL('../main.js', import.meta.url))];
  return { command: process.execPath, arguments: [...script, ...args] };
}
