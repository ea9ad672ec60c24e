import type { Command } from 'commander';
import type { Cli } from '../lib/command.js';
import { addScheduleExplain } from './schedule-explain.js';
import { addScheduleVerify } from './schedule-verify.js';

/** `carillon schedule …`: needs no server. */
export function addSchedule(program: Command, cli: Cli): void {
  const parent = program.command('schedule').description('what a schedule means, and the proof of it');
  addScheduleExplain(parent, cli);
  addScheduleVerify(parent, cli);
}
