/** Accounts that every Windows has, by their numbers ([MS-DTYP] 2.4.2.4); the words stand in no file and are the same in every language. */
const wellKnown: Readonly<Record<string, string>> = {
  'S-1-5-18': 'SYSTEM',
  'S-1-5-19': 'LOCAL SERVICE',
  'S-1-5-20': 'NETWORK SERVICE',
  'S-1-5-4': 'INTERACTIVE',
  'S-1-5-32-544': 'Administrators',
  'S-1-5-32-545': 'Users',
};

/** What people call an account that a task names by its number; any other name as it is. */
export function accountName(name: string): string {
  return wellKnown[name.toUpperCase()] ?? name;
}
