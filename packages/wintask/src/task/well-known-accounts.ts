const NAMES: Record<string, string> = {
  system: 'S-1-5-18',
  localsystem: 'S-1-5-18',
  'nt authority\\system': 'S-1-5-18',
  'local service': 'S-1-5-19',
  localservice: 'S-1-5-19',
  'nt authority\\local service': 'S-1-5-19',
  'nt authority\\localservice': 'S-1-5-19',
  'network service': 'S-1-5-20',
  networkservice: 'S-1-5-20',
  'nt authority\\network service': 'S-1-5-20',
  'nt authority\\networkservice': 'S-1-5-20',
  users: 'S-1-5-32-545',
  'builtin\\users': 'S-1-5-32-545',
  administrators: 'S-1-5-32-544',
  'builtin\\administrators': 'S-1-5-32-544',
  everyone: 'S-1-1-0',
  interactive: 'S-1-5-4',
  'nt authority\\interactive': 'S-1-5-4',
  'authenticated users': 'S-1-5-11',
  'nt authority\\authenticated users': 'S-1-5-11',
};

/** One spelling for an account: the SID of a well-known English name, otherwise the text in lower case. Source: MS-DTYP 2.4.2.4. */
export function accountKey(account: string): string {
  const key = account.trim().toLowerCase();
  return NAMES[key]?.toLowerCase() ?? key;
}

/** True for SYSTEM, LOCAL SERVICE and NETWORK SERVICE, which need neither password nor logon type. */
export function isServiceAccount(account: string): boolean {
  return /^s-1-5-(18|19|20)$/.test(accountKey(account));
}
