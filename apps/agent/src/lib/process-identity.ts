import { readFileSync } from 'node:fs';
import { isProcessAlive } from '../runner/process-tree.js';

/**
 * Tells a process from a later one with the same number: Linux shows the boot and the time of its start. Empty where the
 * system does not show it, and for a process that is no longer there.
 */
export function processIdentity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; after it, field 1 is the state and field 20 the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return '';
  }
}

/** Does the very process that was recorded still run? Where there is no identity only the number counts. */
export function isSameProcess(pid: number, identity: string): boolean {
  return isProcessAlive(pid) && (identity === '' || processIdentity(pid) === identity);
}
