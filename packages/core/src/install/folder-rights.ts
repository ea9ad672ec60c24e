/** Well-known SIDs, since names are localized. */
const system = '*S-1-5-18';
const administrators = '*S-1-5-32-544';
const runAsServices = ['*S-1-5-19', '*S-1-5-20'];

/** One call of icacls: the file or folder, and the arguments after it. */
export interface RightsCall {
  readonly path: string;
  readonly arguments: readonly string[];
}

/** The parts of an agent's folder that rights are told apart by. */
export interface RightsFolder {
  readonly root: string;
  readonly identity: string;
  /** Folder that nobody else may look into. */
  readonly closed: string;
  /** What runners write: they may run as an account that is no administrator. */
  readonly writtenByRunners: readonly string[];
}

const whole = (account: string, right: string) => `${account}:(OI)(CI)${right}`;

/**
 * Makes the folder the property of SYSTEM and the administrators, and of nobody else: `%ProgramData%` lets every user
 * read and add files otherwise. To be done before the private key is written.
 */
export function closeFolder({ root }: Pick<RightsFolder, 'root'>): RightsCall[] {
  return [{ path: root, arguments: ['/inheritance:r', '/grant:r', whole(system, 'F'), whole(administrators, 'F')] }];
}

/**
 * Lets accounts that jobs run as read what runners need and write what runners leave. The private key and what is in the closed folder stay closed.
 * @param accounts as icacls takes them, SIDs with a star; LOCAL SERVICE and NETWORK SERVICE when left out
 */
export function openToRunners(folder: RightsFolder, accounts: readonly string[] = runAsServices): RightsCall[] {
  const grant = (right: string) => accounts.flatMap((account) => ['/grant', whole(account, right)]);
  return [
    { path: folder.identity, arguments: ['/inheritance:r', '/grant:r', `${system}:F`, `${administrators}:F`] },
    ...closeFolder({ root: folder.closed }),
    { path: folder.root, arguments: grant('RX') },
    ...folder.writtenByRunners.map((path) => ({ path, arguments: grant('M') })),
  ];
}

/**
 * Lets one account read one file, and nobody else but SYSTEM and the administrators, whatever its folder lets others.
 * @param account as icacls takes it, a SID with a star
 */
export function shareFile(path: string, account: string): RightsCall {
  const grants = [`${system}:F`, `${administrators}:F`, `${account}:R`];
  return { path, arguments: ['/inheritance:r', '/grant:r', ...grants] };
}
