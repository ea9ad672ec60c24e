import type { JiraWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import type { ChannelCheckText } from '@carillon/core/text/channel-check-texts';
import { type Issue, issuePath } from './jira-issue.js';
import { type Ask, answered, CheckFailed, type Finding, finding } from './ticket-system.js';

export interface Transition {
  readonly id: string;
  readonly name: string;
}

/** Transitions that this issue could take now. */
export async function transitionsOf(ask: Ask, id: string): Promise<Transition[]> {
  return answered<Transition[]>(await ask('GET', `${issuePath}/${id}/transitions`), 'transitions');
}

const rights = ['BROWSE_PROJECTS', 'CREATE_ISSUES', 'EDIT_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES'];

/** Reads what the channel needs, and writes nothing. */
export async function checkJira(way: JiraWay, ask: Ask): Promise<Finding[]> {
  const findings = [
    await finding('account', async () => answered<string>(await ask('GET', '/rest/api/3/myself'), 'displayName')),
  ];
  if (findings[0]?.ok === false) return findings;
  findings.push(
    await finding('project', () => projectOf(way, ask)),
    await finding('rights', () => rightsIn(way, ask)),
    ...(way.priorities
      ? [await finding('priorities', () => prioritiesOf(Object.values(way.priorities ?? {}), ask))]
      : []),
    await finding('transitions', () => transitionsIn(way, ask)),
  );
  return findings;
}

async function projectOf({ project, issueType }: JiraWay, ask: Ask): Promise<string> {
  const answer = await ask('GET', `/rest/api/3/project/${project}`);
  if (!answer) throw new CheckFailed(`there is no project ${project}, or this account may not see it`);
  const types = answered<{ name: string }[]>(answer, 'issueTypes').map(({ name }) => name);
  requireNames('issue type', [issueType], types);
  return `${project} has the issue type ${issueType}` satisfies ChannelCheckText;
}

async function rightsIn({ project }: JiraWay, ask: Ask): Promise<string> {
  const answer = await ask('GET', `/rest/api/3/mypermissions?projectKey=${project}&permissions=${rights.join(',')}`);
  const given = answered<Record<string, { havePermission: boolean }>>(answer, 'permissions');
  const missing = rights.filter((name) => !given[name]?.havePermission);
  if (missing.length > 0) throw new CheckFailed(`it lacks ${missing.join(', ')}`);
  return rights.join(', ');
}

async function prioritiesOf(wanted: readonly string[], ask: Ask): Promise<string> {
  const known = answered<{ name: string }[]>(await ask('GET', '/rest/api/3/priority/search?maxResults=100'), 'values');
  requireNames(
    'priority',
    wanted,
    known.map(({ name }) => name),
  );
  return wanted.join(', ');
}

/** Jira tells transitions of an issue, not of a project: they are looked up at the newest one of ours. */
async function transitionsIn({ project, transitions }: JiraWay, ask: Ask): Promise<string> {
  const jql = `project = "${project}" AND labels = "carillon" AND statusCategory != Done ORDER BY created DESC`;
  const answer = await ask('POST', '/rest/api/3/search/jql', { jql, fields: ['status'], maxResults: 1 });
  const [issue] = answered<Pick<Issue, 'id' | 'key'>[]>(answer, 'issues');
  if (!issue)
    return 'not looked at: that takes an open issue of ours; `channels test --create` makes one' satisfies ChannelCheckText;
  const known = (await transitionsOf(ask, issue.id)).map(({ name }) => name);
  requireNames('transition', [transitions.resolve], known);
  return `${issue.key} can take ${known.join(', ')}` satisfies ChannelCheckText;
}

function requireNames(
  what: 'issue type' | 'priority' | 'transition',
  wanted: readonly string[],
  known: readonly string[],
): void {
  const lower = new Set(known.map((name) => name.toLowerCase()));
  const missing = wanted.find((name) => !lower.has(name.toLowerCase()));
  if (missing !== undefined) throw new CheckFailed(`there is no ${what} ${missing}; there are: ${known.join(', ')}`);
}
