import type { KeyObject } from 'node:crypto';
import { admitAccount } from '../install/rights.js';
import { askPowershell, sidScript } from '../lib/powershell.js';
import type { AgentFolder } from '../state/agent-folder.js';
import { AccountDesk } from './account-desk.js';
import { PasswordFile } from './password-file.js';

/** The accounts of this host, as Windows knows them [K]; off Windows names stand for themselves. */
export function hostAccounts(folder: AgentFolder, privateKey: KeyObject): AccountDesk {
  return new AccountDesk(folder.sids, new PasswordFile(folder.passwords, privateKey), {
    sidOf: async (account) => {
      if (process.platform !== 'win32') return undefined;
      if (/^S-1-/i.test(account)) return account.toUpperCase();
      const { code, stdout, stderr } = await askPowershell(sidScript, { account });
      if (code !== 0) throw new Error(stderr.trim().slice(0, 500) || 'Windows does not know this account');
      return stdout.trim();
    },
    admit: (sid) => admitAccount(folder, sid),
  });
}
