import { fieldOf } from '@carillon/core/alert/deliver/outcome';
import type { JiraWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import { type Issue, issueFields } from './jira-issue.js';
import { type Ask, answered, type ChangedTicket, TicketError } from './ticket-system.js';

const searchPath = '/rest/api/3/search/jql';
const minuteMs = 60_000;
/** Issues that one request may name (Jira Cloud, bulk fetch). */
const keysPerFetch = 100;
const fetches = 20;
const pageIssues = 50;
const pages = 200;

/** The issue with this label, by the index that Jira searches; it lags, seconds mostly and minutes at times. */
export async function searchByLabel(ask: Ask, way: JiraWay, label: string): Promise<Issue | null> {
  const jql = `project = "${way.project}" AND labels = "${label}" ORDER BY created DESC`;
  const answer = await ask('POST', searchPath, { jql, fields: issueFields, maxResults: 1 });
  return answered<Issue[]>(answer, 'issues')[0] ?? null;
}

/** Key of the newest issue that the index knows; an older one than there is only makes the walk longer. */
export async function newestKey(ask: Ask, way: JiraWay): Promise<string> {
  const jql = `project = "${way.project}" ORDER BY key DESC`;
  const answer = await ask('POST', searchPath, { jql, fields: ['status'], maxResults: 1 });
  return answered<Pick<Issue, 'key'>[]>(answer, 'issues')[0]?.key ?? `${way.project}-0`;
}

/**
 * The issue with this label among those that came after another one. They are fetched by their keys, which Jira counts up
 * and reads from its database: what was made is there at once, however late the index is. A hundred keys in a row that
 * nobody has are the end.
 */
export async function walkByKey(ask: Ask, way: JiraWay, label: string, after: string): Promise<Issue | null> {
  const first = Number(/\d+$/.exec(after)?.[0] ?? 0) + 1;
  for (let page = 0; page < fetches; page += 1) {
    const start = first + page * keysPerFetch;
    const issueIdsOrKeys = Array.from({ length: keysPerFetch }, (_, index) => `${way.project}-${start + index}`);
    const answer = await ask('POST', '/rest/api/3/issue/bulkfetch', { issueIdsOrKeys, fields: issueFields });
    const issues = answered<Issue[]>(answer, 'issues');
    const found = issues.find(({ fields }) => fields.labels?.includes(label));
    if (found) return found;
    if (issues.length === 0) return null;
  }
  throw new TicketError(
    'later',
    'too_many',
    `more than ${fetches * keysPerFetch} issues came after ${after}`,
    undefined,
    { most: fetches * keysPerFetch },
  );
}

/**
 * Issues of ours that changed since. Times in JQL are minutes on the clock of the account's profile: minutes back from
 * now mean the same in every zone.
 */
export async function changedIssues(ask: Ask, way: JiraWay, sinceMs: number, nowMs: number): Promise<ChangedTicket[]> {
  const minutes = Math.max(1, Math.ceil((nowMs - sinceMs) / minuteMs));
  const jql = `project = "${way.project}" AND labels = "carillon" AND updated >= "-${minutes}m" ORDER BY updated DESC`;
  const changed: ChangedTicket[] = [];
  let nextPageToken: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const answer = await ask('POST', searchPath, { jql, fields: ['updated'], maxResults: pageIssues, nextPageToken });
    const issues = answered<Pick<Issue, 'id' | 'fields'>[]>(answer, 'issues');
    changed.push(...issues.map(({ id, fields }) => ({ id, updated: fields.updated })));
    const next = answer && fieldOf(answer.body, 'nextPageToken');
    if (typeof next !== 'string' || issues.length === 0) return changed;
    nextPageToken = next;
  }
  throw new TicketError(
    'later',
    'too_many',
    `more than ${pages * pageIssues} issues changed in ${minutes} minutes`,
    undefined,
    { most: pages * pageIssues },
  );
}
