import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TaskDefinition } from '@carillon/wintask/task/definition';

/** Name of the account that calls, as Windows would write it. */
export function callerName(env: NodeJS.ProcessEnv): string {
  return env.CARILLON_EMULATOR_USER ?? userInfo().username;
}

/** The account a task runs as, as its definition names it. */
export function accountOfTask({ principals: [principal] }: TaskDefinition): string {
  return principal?.userId ?? principal?.groupId ?? 'S-1-5-18';
}

/**
 * Why an account cannot log on, as a result code; undefined when it can. Accounts here have no passwords: those that
 * are to fail stand in the store's `accounts.json`, name to code.
 */
export function logonFailure(store: string, account: string): number | undefined {
  try {
    const refused = JSON.parse(readFileSync(join(store, 'accounts.json'), 'utf8')) as Record<string, number>;
    return refused[account];
  } catch {
    return undefined;
  }
}
