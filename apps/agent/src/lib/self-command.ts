import { basename } from 'node:path';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import nodeArguments from './node-arguments.json' with { type: 'json' };

/** A program with its arguments, as Task Scheduler starts it. */
export interface Command {
  readonly command: string;
  readonly arguments: string[];
}

/** This very program with other arguments: the single executable alone, or Node with the built `main.js`. */
export function selfCommand(...args: readonly string[]): Command {
  return { command: process.execPath, arguments: [...(isSea() ? [] : [ownScript()]), ...args] };
}

/**
 * The agent that works on a folder. Node is told to keep small: no optimizing compiler, whose pages and results pay only
 * where much is computed, no threads for it and for garbage, and a small nursery. The single executable has this inside.
 */
export function agentCommand(...args: readonly string[]): Command {
  const { command, arguments: words } = selfCommand('agent', ...args);
  return { command, arguments: [...(isSea() ? [] : nodeArguments), ...words] };
}

/** Of the build as one file, that file; its runners start faster than those of the built modules. */
function ownScript(): string {
  const [, started = ''] = process.argv;
  return basename(started) === 'carillon-agent.cjs' ? started : fileURLToPath(new URL('../main.js', import.meta.url));
}
