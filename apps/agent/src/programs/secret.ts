import { shortestSecret } from '@carillon/core/run/redact';
import { type KnownAccount, PasswordFile } from '../accounts/password-file.js';
import { agentFolderAt } from '../state/agent-folder.js';
import { loadIdentity } from '../state/identity.js';

/** The secrets that were handed over on this host. @throws Error when the host is not enrolled */
function secretsOf(data: string): PasswordFile {
  const folder = agentFolderAt(data);
  const identity = loadIdentity(folder);
  if (!identity) throw new Error(`${folder.root}: not enrolled; run carillon-agent enroll first`);
  return new PasswordFile(folder.secrets, identity.localKey, 'secret');
}

/**
 * Keeps a secret for the jobs of this host that name it; their next run gets it.
 * @throws Error naming what is wrong with the name or the value
 */
export function setSecret(data: string, name: string, value: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    throw new Error(`secret: expected a name of letters, digits and . _ -, got ${JSON.stringify(name.slice(0, 80))}`);
  if (value.length < shortestSecret)
    throw new Error(
      `secret ${name}: expected at least ${shortestSecret} characters on standard input, which output can be searched for, got ${value.length}`,
    );
  secretsOf(data).set(name, value, Date.now());
}

export function forgetSecret(data: string, name: string): boolean {
  return secretsOf(data).forget(name);
}

export function listSecrets(data: string): KnownAccount[] {
  const all = secretsOf(data).list();
  // The centre's are kept for each job that uses them.
  return all.filter(({ account, central }, index) => {
    const isSame = (other: KnownAccount) => other.account === account && other.central === central;
    return all.findIndex(isSame) === index;
  });
}
