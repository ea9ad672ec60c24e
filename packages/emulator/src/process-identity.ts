import { readFileSync } from 'node:fs';

/** True when a process with this number exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return identityOf(pid) !== 'zombie';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Tells a process from a later one with the same number, by its start time where the system shows it (Linux).
 * Elsewhere it is empty and only the number counts.
 */
export function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain blanks; after it, field 1 is the state and field 20 the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'zombie' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** True when the very process that was recorded still runs. */
export function isSameProcess(pid: number, identity: string): boolean {
  return isAlive(pid) && (identity === '' || identityOf(pid) === identity);
}
