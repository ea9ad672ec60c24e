import type { JiraWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import { documentOf } from '@carillon/core/alert/ticket/atlassian-document';
import { checkJira, transitionsOf } from './jira-check.js';
import { commentsOf, type Issue, issueFields, issuePath, newIssue, ticketOf, urlOf } from './jira-issue.js';
import { changedIssues, newestKey, searchByLabel, walkByKey } from './jira-search.js';
import { type Ask, answered, askerOf, type TicketAccess, TicketError, type TicketSystem } from './ticket-system.js';

/** Issues of Jira Cloud, version 3; found by a label of their own. */
export function jira(way: JiraWay, access: TicketAccess): TicketSystem {
  const ask = askerOf(access);
  const remote = (issue: Issue) => ticketOf(issue, way, access.url);
  const get = async (id: string) => {
    const answer = await ask('GET', `${issuePath}/${id}?fields=${issueFields.join(',')}`);
    return answer && remote(JSON.parse(answer.body) as Issue);
  };
  const moved = async (id: string) => {
    const issue = await get(id);
    if (!issue) throw new TicketError('unknown', 'no_ticket', 'the issue is not there any more');
    return issue;
  };
  const comment = (id: string, text: string) =>
    must(ask('POST', `${issuePath}/${id}/comment`, { body: documentOf(text) }));

  return {
    async find(key, newest) {
      const found = await searchByLabel(ask, way, key);
      if (found) return remote(found);
      const walked = newest === null ? null : await walkByKey(ask, way, key, newest);
      return walked && remote(walked);
    },
    newest: () => newestKey(ask, way),
    async create(draft) {
      const answer = await ask('POST', issuePath, { fields: newIssue(draft, way) });
      const id = answered<string>(answer, 'id');
      const key = answered<string>(answer, 'key');
      const url = urlOf(access.url, key);
      return { id, key, url, status: 'open', statusName: '', assignee: null, updated: null };
    },
    async read({ id }) {
      const issue = await get(id);
      if (!issue) return null;
      return { remote: issue, comments: await commentsOf(ask, id, await ownAccount(ask)) };
    },
    comment: ({ id }, text) => comment(id, text),
    async acknowledge({ id, status }, text) {
      const { start } = way.transitions;
      if (start !== null && status === 'open') await move(ask, id, start);
      await comment(id, text);
      return await moved(id);
    },
    async assign({ id }, to) {
      await must(ask('PUT', `${issuePath}/${id}/assignee`, { accountId: to }));
      return await moved(id);
    },
    async setPriority({ id }, severity, text) {
      const priority = way.priorities?.[severity];
      if (priority) await must(ask('PUT', `${issuePath}/${id}`, { fields: { priority: { name: priority } } }));
      else await comment(id, text);
    },
    async end({ id }, how) {
      await move(ask, id, way.transitions[how]);
      return await moved(id);
    },
    async reopen({ id }, text) {
      await move(ask, id, way.transitions.reopen);
      await comment(id, text);
      return await moved(id);
    },
    changedSince: (sinceMs) => changedIssues(ask, way, sinceMs, access.nowMs),
    check: () => checkJira(way, ask),
  };
}

async function must(asked: ReturnType<Ask>): Promise<void> {
  if (!(await asked)) throw new TicketError('later', 'no_ticket', 'the issue is not there');
}

async function ownAccount(ask: Ask): Promise<string> {
  return answered<string>(await ask('GET', '/rest/api/3/myself'), 'accountId');
}

async function move(ask: Ask, id: string, name: string): Promise<void> {
  const possible = await transitionsOf(ask, id);
  const chosen = possible.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!chosen) {
    const names = possible.map((one) => one.name).join(', ');
    throw new TicketError(
      'problem',
      'no_transition',
      `there is no transition ${name}; there are: ${names}`,
      undefined,
      { name, known: names },
    );
  }
  await must(ask('POST', `${issuePath}/${id}/transitions`, { transition: { id: chosen.id } }));
}
