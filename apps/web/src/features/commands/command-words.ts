import type { CommandState } from '@carillon/core/state/states';
import { useWords, type Word } from '../../i18n/index.js';
import { useServerText } from '../../i18n/use-server-text.js';
import type { Command } from './use-command.js';

export const commandColors: Record<CommandState, string> = {
  queued: 'gray',
  delivered: 'blue',
  accepted: 'blue',
  done: 'teal',
  rejected: 'red',
  expired: 'orange',
  indeterminate: 'orange',
};

/** Answers that have words of their own, by the agent's code. */
const refusals: Record<string, Word> = {
  not_registered: 'command.why.not_registered',
  not_running: 'command.why.not_running',
  still_running: 'command.why.still_running',
  not_started: 'command.why.not_started',
  agent_restarted: 'command.why.agent_restarted',
  runner_died: 'command.why.runner_died',
  not_delivered: 'command.why.not_delivered',
  no_answer: 'command.why.no_answer',
  unsupported: 'command.why.unsupported',
  dry_run_late: 'command.why.dry_run_late',
  dry_run_failed: 'command.why.dry_run_failed',
  repaired: 'command.why.repaired',
  as_defined: 'command.why.as_defined',
  not_repaired: 'command.why.not_repaired',
  stopping: 'command.why.stopping',
};

/** Why a command came to nothing, or what came of it; empty where nothing was said. */
export function useCommandWhy({ code, message }: Pick<Command, 'code' | 'message'>): string {
  const { t } = useWords();
  const { faultText, saidText } = useServerText();
  const known = code === null ? undefined : refusals[code];
  // What Task Scheduler said is the better half of it.
  if (known && code === 'not_repaired') return [t(known), message && saidText(message)].filter(Boolean).join(' ');
  if (known) return t(known);
  return [faultText(code) ?? code, message && saidText(message)].filter(Boolean).join(': ');
}
