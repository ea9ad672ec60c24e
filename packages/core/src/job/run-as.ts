import type { Principal } from '@carillon/wintask/task/definition';
import { accountKey, isServiceAccount } from '@carillon/wintask/task/well-known-accounts';
import type { ExpectedText } from '../text/expected-texts.js';

/** Accounts of Windows itself, that need neither a name nor a password. */
export const serviceAccounts = ['system', 'local-service', 'network-service'] as const;
type ServiceAccount = (typeof serviceAccounts)[number];

/**
 * `gmsa`: a group managed service account, whose password the domain looks after. `s4u`: a user without a password, who
 * reaches nothing but this host. `user`: a user with the password that was handed over on the host. `interactive`: a user
 * in his own session, while he is logged on and at no other time.
 */
export const accountKinds = ['gmsa', 's4u', 'user', 'interactive'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** Whom a job runs as, in one text: `system`, `gmsa:CORP\etl$`. */
export type RunAs = ServiceAccount | `${AccountKind}:${string}`;

export type RunAsParts =
  | { readonly kind: 'service'; readonly account: ServiceAccount }
  | { readonly kind: AccountKind; readonly account: string };

/** @returns undefined when the text is none of the forms; whether the account's name can be right is `accountProblem`'s */
export function readRunAs(text: string): RunAsParts | undefined {
  const service = serviceAccounts.find((name) => name === text);
  if (service) return { kind: 'service', account: service };
  const at = text.indexOf(':');
  const kind = accountKinds.find((name) => name === text.slice(0, at));
  return kind && { kind, account: text.slice(at + 1) };
}

/** Well-known SIDs, since account names are localized (task-scheduler reference 1.6). */
export const sidOfService: Record<ServiceAccount, string> = {
  system: 'S-1-5-18',
  'local-service': 'S-1-5-19',
  'network-service': 'S-1-5-20',
};

const name = String.raw`[^\\/@:;|=,+*?<>"\[\]\p{Cc}]{1,64}`;
const withDomain = new RegExp(String.raw`^(\.|[^\\/:*?"<>|\s\p{Cc}]{1,255})\\${name}$`, 'u');
const asAddress = new RegExp(`^${name}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}$`, 'u');
const userSid = /^S-1-(5-21|12-1)(-\d+){4}$/i;
const groupSids = /^s-1-(1-0|5-4|5-11|5-32-\d+)$/;

/** Why this can never be the account of a job, with what was expected; undefined when nothing speaks against it. */
export function accountProblem(kind: AccountKind, account: string): ExpectedText | undefined {
  if (isServiceAccount(account)) return `one of ${serviceAccounts.join(', ')} for an account of Windows itself`;
  if (groupSids.test(accountKey(account))) return 'a user; a group is nobody that a program can run as';
  const managed = account.endsWith('$');
  if (kind === 'gmsa')
    return managed && withDomain.test(account)
      ? undefined
      : 'a managed account such as CORP\\etl$, with the $ at its end';
  if (managed) return 'a user; an account with a $ at its end is a managed one: write gmsa';
  if (withDomain.test(account) || asAddress.test(account) || userSid.test(account)) return undefined;
  return 'a user such as CORP\\etl, .\\etl (of the host itself) or etl@corp.example';
}

/** Does registering need the account's password? `if-known`: Windows may ask for one, depending on who registers [K]. */
export function passwordNeed(runAs: RunAs): 'never' | 'if-known' | 'always' {
  const kind = readRunAs(runAs)?.kind;
  if (kind === 'user') return 'always';
  return kind === 's4u' ? 'if-known' : 'never';
}

const runLevels = { ordinary: 'LeastPrivilege', highest: 'HighestAvailable' } as const;
const logonTypes = { gmsa: 'Password', s4u: 'S4U', user: 'Password', interactive: 'InteractiveToken' } as const;

/**
 * The principal of a job's task. SYSTEM has all rights anyway; others get theirs where a job says so.
 * @param sids SIDs of the host's accounts by name in lower case. Windows stores SIDs, and tells them when asked.
 * @throws RangeError for a text that is no form of `runAs`
 */
export function principalFor(
  runAs: RunAs,
  sids: Readonly<Record<string, string>> = {},
  rights: 'ordinary' | 'highest' = 'ordinary',
): Principal {
  const parts = readRunAs(runAs);
  if (!parts) throw new RangeError(`runAs: expected an account, got ${JSON.stringify(runAs)}`);
  const { kind, account } = parts;
  if (kind === 'service') {
    const runLevel = account === 'system' ? runLevels.highest : runLevels[rights];
    return { id: 'Author', userId: sidOfService[account], runLevel };
  }
  const userId = sids[account.toLowerCase()] ?? account;
  return { id: 'Author', userId, logonType: logonTypes[kind], runLevel: runLevels[rights] };
}
