import { basename } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';

/** A program with its arguments, as Task Scheduler starts it. */
export interface Command {
  readonly command: string;
  readonly arguments: string[];
}

/** This very program with other arguments: the single executable alone, or Node with the built `main.js`. */
export function selfCommand(...args: readonly string[]): Command {
  return { command: process.execPath, arguments: [...(isSea() ? [] : [ownScript()]), ...args] };
}

/** Of the build as one file, that file; its runners start faster than those of the built modules. */
function ownScript(): string {
  const [, started = ''] = process.argv;
  return basename(started) === 'carillon-agent.cjs' ? started : fileURLToPath(new URL('../main.js', import.meta.url));
}
