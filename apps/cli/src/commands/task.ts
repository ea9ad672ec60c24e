import type { Command } from 'commander';
import type { Cli } from '../lib/command.js';
import { addTaskDiff } from './task-diff.js';
import { addTaskInspect } from './task-inspect.js';

/** `carillon task …`: needs no server, but for `diff --change`. */
export function addTask(program: Command, cli: Cli): void {
  const parent = program.command('task').description('read and compare task XML files');
  addTaskInspect(parent, cli);
  addTaskDiff(parent, cli);
}
