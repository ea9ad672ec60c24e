import { type AccountKind, passwordNeed, type RunAs, readRunAs } from '@carillon/core/job/run-as';
import type { HostFaultText } from '@carillon/core/text/host-fault-texts';
import { type Credential, SchedulerError } from '../scheduler/task-scheduler.js';
import { readJson, writeJson } from '../state/files.js';
import type { PasswordFile } from './password-file.js';
import { RefusedPasswords } from './refused-passwords.js';

/** What is asked of Windows about accounts. */
export interface AccountPorts {
  /** SID of an account; undefined where accounts have none, as off Windows. @throws Error when nobody knows the account */
  sidOf(account: string): Promise<string | undefined>;
  /** Lets the account's programs at what runners need. @param sid or the name where there is none */
  admit(sid: string): void;
}

/** How a job of an account is to be registered. */
export interface Preparation {
  readonly credential: Credential | undefined;
  /** Which handing-over of a password it is registered with. */
  readonly mark: string | undefined;
}

/** Knows what Task Scheduler needs beyond the definition of a job that runs as a named account. */
export class AccountDesk {
  private readonly known: Record<string, string>;

  constructor(
    private readonly sidFile: string,
    private readonly passwords: Pick<PasswordFile, 'get' | 'markOf'>,
    private readonly ports: AccountPorts,
    private readonly refused = new RefusedPasswords(Date.now),
  ) {
    this.known = readJson<Record<string, string>>(sidFile) ?? {};
  }

  /** SIDs by account name in lower case, as far as they were asked for. */
  get sids(): Readonly<Record<string, string>> {
    return this.known;
  }

  /**
   * To be called before a job is registered.
   * @throws SchedulerError `unknown_account` or `password_needed`, with what to do
   */
  async prepare(runAs: RunAs): Promise<Preparation> {
    const parts = readRunAs(runAs);
    if (!parts)
      throw new SchedulerError(
        'unknown_account',
        `runAs: ${runAs} is no form of account that this agent knows` satisfies HostFaultText,
      );
    if (parts.kind === 'service') return { credential: undefined, mark: undefined };
    const { kind, account } = parts;
    // First: a task that is there already runs as this account, password or not.
    await this.meet(account);
    const need = passwordNeed(runAs);
    const password = need === 'never' ? undefined : this.passwords.get(account);
    if (need === 'always' && password === undefined)
      throw new SchedulerError(
        'password_needed',
        `Windows needs the password of ${account} to register this; hand it over in the centre: carillon account set "${account}", or on the host: carillon-agent account set "${account}"` satisfies HostFaultText,
      );
    const mark = this.markFor(runAs);
    if (mark !== undefined && password !== undefined) this.refused.require(mark);
    return { credential: credentialOf(kind, account, password), mark };
  }

  /** What came of registering with it. */
  noteFailure({ mark }: Preparation, error: unknown): void {
    if (mark !== undefined) this.refused.note(mark, error);
  }

  /** Which handing-over of a password a job's task should be registered with now. */
  markFor(runAs: RunAs): string | undefined {
    const parts = readRunAs(runAs);
    if (!parts || parts.kind === 'service' || passwordNeed(runAs) === 'never') return undefined;
    return this.passwords.markOf(parts.account);
  }

  private async meet(account: string): Promise<void> {
    const key = account.toLowerCase();
    if (this.known[key] !== undefined) return;
    const sid = await this.ports.sidOf(account).catch((error: unknown) => {
      throw new SchedulerError('unknown_account', `${account}: ${error instanceof Error ? error.message : error}`);
    });
    this.ports.admit(sid ?? account);
    if (sid === undefined) return;
    this.known[key] = sid;
    writeJson(this.sidFile, this.known);
  }
}

function credentialOf(kind: AccountKind, account: string, password: string | undefined): Credential | undefined {
  if (kind === 'gmsa') return { kind: 'managed', account };
  return password === undefined ? undefined : { kind: 'password', account, password };
}
