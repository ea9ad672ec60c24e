import type { Principal, TaskDefinition } from '@carillon/wintask/task/definition';
import { accountKey } from '@carillon/wintask/task/well-known-accounts';
import type { Rights } from '../job/job-spec.js';
import { type AccountKind, accountProblem, type RunAs } from '../job/run-as.js';
import type { AdoptionNoteText, AdoptionProblemText } from '../text/adoption-texts.js';
import { type Part, type Reason, refused } from './reading.js';

const services: Readonly<Record<string, RunAs>> = {
  's-1-5-18': 'system',
  's-1-5-19': 'local-service',
  's-1-5-20': 'network-service',
};

export type AccountReading = Part<RunAs> & { readonly rights: Rights; readonly notes: readonly Reason[] };

/**
 * Whom a task runs as, as a job says it: always the same account, logged on in the same way.
 * @param listedName what the host calls the account; definitions have its SID, which nobody knows by heart
 */
export function runAsOfTask(task: TaskDefinition, listedName?: string): AccountReading {
  const principal = task.principals.find(({ id }) => id === task.actionsContext) ?? task.principals[0];
  const service = services[accountKey(principal?.userId ?? '')];
  // SYSTEM's rights go without saying, whatever its task says of them.
  const isHighest = principal?.runLevel === 'HighestAvailable' && service !== 'system';
  const rights = isHighest ? 'highest' : 'ordinary';
  if (service) return { value: service, rights, problems: [], notes: [] };
  if (principal?.groupId !== undefined) return no('group', whyNoGroup(principal.groupId));
  if (principal?.userId === undefined) return no('account', 'it does not say whom it runs as');
  const kind = kindOf(principal, listedName);
  if (kind === undefined)
    return no(
      'account',
      `it does not say how ${principal.userId} is logged on; choose in its properties whether that user must be logged on`,
    );
  const account = [listedName, principal.userId].find((name) => name && accountProblem(kind, name) === undefined);
  if (account === undefined)
    return no('account', `${principal.userId}: a job expects ${accountProblem(kind, principal.userId)}`);
  return { value: `${kind}:${account}`, rights, problems: [], notes: notesOf(kind, account, principal) };
}

function no(code: string, message: AdoptionProblemText): AccountReading {
  return { ...refused<RunAs>(code, message), rights: 'ordinary', notes: [] };
}

/** A managed account is known by the $ at its name's end, which its SID does not have. */
function kindOf({ logonType, userId = '' }: Principal, listedName = userId): AccountKind | undefined {
  switch (logonType) {
    case 'S4U':
      return 's4u';
    case 'InteractiveToken':
      return 'interactive';
    case 'Password':
      return listedName.endsWith('$') ? 'gmsa' : 'user';
    case 'InteractiveTokenOrPassword':
      return 'user';
    default:
      return undefined;
  }
}

function notesOf(kind: AccountKind, account: string, { logonType }: Principal): Reason[] {
  const notes: (Reason & { readonly message: AdoptionNoteText })[] = [];
  if (kind === 'user')
    notes.push({
      code: 'password',
      message: `Windows gives the password of ${account} to nobody: hand it over on each host with carillon-agent account set "${account}"; until then the task goes on as it is`,
    });
  if (logonType === 'InteractiveTokenOrPassword')
    notes.push({
      code: 'session',
      message: `while ${account} is logged on it runs in that session; the job always runs without one`,
    });
  if (kind === 'interactive')
    notes.push({ code: 'window', message: 'the window of the runner can be seen while it runs' });
  return notes;
}

function whyNoGroup(group: string): AdoptionProblemText {
  return `it runs in the session of whoever of ${group} is logged on; a job runs as one account: choose one in its properties, or write a job file with runAs`;
}
