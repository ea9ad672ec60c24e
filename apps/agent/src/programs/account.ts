import { accountProblem } from '@carillon/core/job/run-as';
import { type KnownAccount, PasswordFile } from '../accounts/password-file.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';

/** The passwords that were handed over on this host. @throws Error when the host is not enrolled */
function passwordsOf(data: string): PasswordFile {
  const folder = agentFolderAt(data);
  const identity = loadIdentity(folder);
  if (!identity) throw new Error(`${folder.root}: not enrolled; run carillon-agent enroll first`);
  return new PasswordFile(folder.passwords, identity.localKey);
}

/**
 * Keeps the password of an account for registering its jobs; the agent takes it up within seconds.
 * @throws Error naming what is wrong with the account or the password
 */
export function setPassword(data: string, account: string, password: string): void {
  const problem = accountProblem('user', account);
  if (problem) throw new Error(`account: expected ${problem}, got ${JSON.stringify(account)}`);
  if (password === '') throw new Error('password: expected it as one line on standard input, got nothing');
  passwordsOf(data).set(account, password, Date.now());
}

export function forgetPassword(data: string, account: string): boolean {
  return passwordsOf(data).forget(account);
}

export function listAccounts(data: string): KnownAccount[] {
  return passwordsOf(data).list();
}
