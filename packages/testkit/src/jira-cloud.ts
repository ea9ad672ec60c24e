import { createHmac, randomUUID } from 'node:crypto';
import { type TicketAnswer, type TicketRequest, TicketServer } from './ticket-server.js';

export interface JiraIssue {
  readonly id: string;
  readonly key: string;
  summary: string;
  description: unknown;
  labels: string[];
  priority: string | null;
  status: string;
  resolution: string | null;
  assignee: string | null;
  readonly comments: JiraComment[];
  /** Epoch milliseconds; made different with every change. */
  updatedMs: number;
}

export interface JiraComment {
  readonly id: string;
  readonly author: { readonly accountId: string; readonly displayName: string };
  body: unknown;
  updateAuthor?: { readonly accountId: string; readonly displayName: string };
}

export interface JiraTransition {
  readonly id: string;
  name: string;
  readonly to: string;
}

const categories: Readonly<Record<string, string>> = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' };

const own = { accountId: 'carillon', displayName: 'Carillon' };
const rights = ['BROWSE_PROJECTS', 'CREATE_ISSUES', 'EDIT_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES'];

/**
 * Jira Cloud, version 3, as far as issues, search, comments and transitions go. Texts have to be Atlassian documents; a
 * search reads an index that may lag behind, issues that are fetched by their keys are read as they are.
 */
export class JiraCloud extends TicketServer {
  readonly issues: JiraIssue[] = [];
  transitions: JiraTransition[] = [
    { id: '11', name: 'Reopen', to: 'To Do' },
    { id: '21', name: 'Start', to: 'In Progress' },
    { id: '31', name: 'Done', to: 'Done' },
  ];
  priorities = ['High', 'Medium', 'Low'];
  issueTypes = ['Task', 'Bug'];
  missingRights: string[] = [];
  /** Display names of people by their account id. */
  people: Readonly<Record<string, string>> = { '5b10-ann': 'Ann Lee', '5b10-bob': 'Bob Ray' };
  /** A search does not see the latest so many issues yet. */
  unseen = 0;
  readonly user = 'carillon@example.com';
  token = 'token';

  static async start(): Promise<JiraCloud> {
    const server = new JiraCloud();
    await server.listen();
    return server;
  }

  open(): JiraIssue[] {
    return this.issues.filter(({ status }) => categories[status] !== 'done');
  }

  /** Somebody changes the first issue, or another. */
  person(changes: Partial<Pick<JiraIssue, 'status' | 'resolution' | 'assignee'>>, issue = this.issues[0]): void {
    if (issue) this.touch(Object.assign(issue, changes));
  }

  /** Somebody writes a comment. @returns its id */
  say(text: string, by = 'Ann', issue = this.issues[0]): string {
    const content = [{ type: 'paragraph', content: [{ type: 'text', text }] }];
    const author = { accountId: by.toLowerCase(), displayName: by };
    return issue ? this.add(issue, author, { type: 'doc', version: 1, content }) : '';
  }

  /** Somebody changes what was said. */
  sayOtherwise(id: string, text: string, by = 'Ann', issue = this.issues[0]): void {
    const comment = issue?.comments.find((one) => one.id === id);
    if (!issue || !comment) return;
    comment.body = { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
    comment.updateAuthor = { accountId: by.toLowerCase(), displayName: by };
    this.touch(issue);
  }

  /** An issue that somebody else made, or many. */
  foreign(count: number, project = 'OPS'): void {
    for (let index = 0; index < count; index += 1)
      this.insert({ project: { key: project }, summary: 'of somebody', labels: [] }, project);
  }

  /** The request that a webhook of this issue makes. */
  webhook(
    issue: JiraIssue,
    secret: string,
    { event = 'jira:issue_updated', id = randomUUID() }: { event?: string; id?: string } = {},
  ): { headers: Record<string, string>; body: string } {
    const comment = issue.comments.at(-1);
    const change = { field: 'status', fieldtype: 'jira', fromString: 'To Do', toString: issue.status };
    const changelog = { id: '1', items: [change] };
    const body = JSON.stringify({
      timestamp: this.now(),
      webhookEvent: event,
      user: { accountId: 'ann', displayName: 'Ann' },
      issue: shown(issue),
      ...(event === 'comment_created' ? { comment } : { issue_event_type_name: 'issue_generic', changelog }),
    });
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const delivery = { 'x-atlassian-webhook-identifier': id, 'x-atlassian-webhook-flow': 'Primary' };
    return { headers: { 'content-type': 'application/json', 'x-hub-signature': signature, ...delivery }, body };
  }

  protected answer(request: TicketRequest): TicketAnswer {
    const expected = `Basic ${Buffer.from(`${this.user}:${this.token}`).toString('base64')}`;
    if (request.authorization !== expected) return failed(401, 'Client must be authenticated');
    const rest = request.path.replace(/^\/rest\/api\/3/, '');
    const about = this.settings(rest, request.query);
    if (about) return about;
    if (rest === '/issue' && request.method === 'POST') return this.create(request.body);
    if (rest === '/issue/bulkfetch') return this.fetch(request.body);
    if (rest === '/search/jql') return this.search(request);
    const [, key, part] = /^\/issue\/([\w-]+)(?:\/(\w+))?$/.exec(rest) ?? [];
    const issue = this.issues.find((one) => one.key === key || one.id === key);
    if (!issue) return failed(404, 'Issue does not exist or you do not have permission to see it.');
    if (part === 'comment' && request.method === 'POST') return this.comment(issue, request.body);
    if (part === 'comment') return this.commentsOf(issue, request.query);
    if (part === 'assignee' && request.method === 'PUT') return this.assign(issue, request.body);
    if (part === 'transitions') return this.transition(issue, request);
    if (!part && request.method === 'PUT') return this.edit(issue, request.body);
    if (!part && request.method === 'GET') return { status: 200, body: shown(issue, this.people) };
    return failed(405, 'Method Not Allowed');
  }

  /** What can be read without an issue. */
  private settings(path: string, query: URLSearchParams): TicketAnswer | null {
    if (path === '/myself') return { status: 200, body: own };
    if (path === '/priority/search')
      return { status: 200, body: { values: this.priorities.map((name) => ({ name })), isLast: true } };
    if (path === '/mypermissions') {
      const wanted = query.get('permissions')?.split(',') ?? rights;
      const given = wanted.map((name) => [name, { havePermission: !this.missingRights.includes(name) }]);
      return { status: 200, body: { permissions: Object.fromEntries(given) } };
    }
    const project = /^\/project\/(\w+)$/.exec(path)?.[1];
    if (!project) return null;
    if (project !== 'OPS') return failed(404, `No project could be found with key '${project}'.`);
    return { status: 200, body: { key: project, issueTypes: this.issueTypes.map((name) => ({ name })) } };
  }

  private create(body: Record<string, unknown>): TicketAnswer {
    const fields = body.fields as Record<string, unknown>;
    const project = (fields.project as { key?: string } | undefined)?.key;
    if (!project || !fields.summary || !fields.issuetype)
      return failed(400, 'project, summary and issuetype are required');
    if (!isDocument(fields.description)) return failed(400, 'Operation value must be an Atlassian Document');
    const priority = (fields.priority as { name: string } | undefined)?.name ?? null;
    if (priority && !this.priorities.includes(priority)) return failed(400, 'The priority selected is invalid.');
    const issue = this.insert(fields, project);
    issue.priority = priority;
    return { status: 201, body: { id: issue.id, key: issue.key, self: `${this.url}/rest/api/3/issue/${issue.id}` } };
  }

  private insert(fields: Record<string, unknown>, project: string): JiraIssue {
    const count = this.issues.length + 1;
    const issue: JiraIssue = {
      id: String(10_000 + count),
      key: `${project}-${count}`,
      summary: String(fields.summary),
      description: fields.description,
      labels: (fields.labels as string[] | undefined) ?? [],
      priority: null,
      status: 'To Do',
      resolution: null,
      assignee: null,
      comments: [],
      updatedMs: this.now(),
    };
    this.issues.push(issue);
    return issue;
  }

  private search({ query, body, method }: TicketRequest): TicketAnswer {
    const jql = String(method === 'POST' ? body.jql : query.get('jql'));
    const fields = method === 'POST' ? body.fields : query.get('fields');
    const label = /labels\s*=\s*"([^"]+)"/.exec(jql)?.[1];
    const project = /project\s*=\s*"([^"]+)"/.exec(jql)?.[1];
    if (!label && !project) return failed(400, 'Unbounded JQL queries are not allowed here.');
    const minutes = /updated\s*>=\s*"-(\d+)m"/.exec(jql)?.[1];
    const sinceMs = minutes === undefined ? 0 : Math.floor(this.now() / 60_000 - Number(minutes)) * 60_000;
    const seen = this.issues
      .slice(0, this.issues.length - this.unseen)
      .filter((one) => !label || one.labels.includes(label))
      .filter((one) => one.updatedMs >= sinceMs)
      .filter(({ status }) => !jql.includes('statusCategory != Done') || categories[status] !== 'done')
      .toReversed();
    const start = Number(body.nextPageToken ?? 0);
    const end = start + Number(body.maxResults ?? 50);
    const page = seen.slice(start, end);
    const next = end < seen.length ? { nextPageToken: String(end) } : { isLast: true };
    // Without explicit fields this search answers with ids alone.
    return { status: 200, body: { issues: page.map((one) => (fields ? shown(one) : { id: one.id })), ...next } };
  }

  /** Up to a hundred by their keys; those that are not there are left out. */
  private fetch({ issueIdsOrKeys = [] }: { issueIdsOrKeys?: string[] }): TicketAnswer {
    if (issueIdsOrKeys.length > 100) return failed(400, 'At most 100 issues can be fetched.');
    const issues = this.issues.filter(({ id, key }) => issueIdsOrKeys.includes(key) || issueIdsOrKeys.includes(id));
    return { status: 200, body: { issues: issues.map((one) => shown(one)), issueErrors: [] } };
  }

  private edit(issue: JiraIssue, body: Record<string, unknown>): TicketAnswer {
    const priority = (body.fields as { priority?: { name: string } }).priority?.name;
    if (priority && !this.priorities.includes(priority)) return failed(400, 'The priority selected is invalid.');
    if (priority) issue.priority = priority;
    this.touch(issue);
    return { status: 204 };
  }

  private assign(issue: JiraIssue, { accountId }: Record<string, unknown>): TicketAnswer {
    const name = accountId === null ? null : this.people[String(accountId)];
    if (name === undefined) return failed(400, 'The user does not exist or cannot be assigned.');
    issue.assignee = name;
    this.touch(issue);
    return { status: 204 };
  }

  private comment(issue: JiraIssue, body: Record<string, unknown>): TicketAnswer {
    if (!isDocument(body.body)) return failed(400, 'Comment body is not valid!');
    return { status: 201, body: { id: this.add(issue, own, body.body) } };
  }

  private add(issue: JiraIssue, author: JiraComment['author'], body: unknown): string {
    const id = String(20_000 + issue.comments.length);
    issue.comments.push({ id, author, body });
    this.touch(issue);
    return id;
  }

  private commentsOf({ comments }: JiraIssue, query: URLSearchParams): TicketAnswer {
    const ordered = query.get('orderBy') === '-created' ? comments.toReversed() : comments;
    const page = ordered.slice(0, Number(query.get('maxResults') ?? 50));
    return { status: 200, body: { comments: page, total: comments.length } };
  }

  private transition(issue: JiraIssue, { method, body }: TicketRequest): TicketAnswer {
    const possible = this.transitions.filter(({ to }) => to !== issue.status);
    if (method === 'GET')
      return {
        status: 200,
        body: { transitions: possible.map(({ id, name, to }) => ({ id, name, to: statusOf(to) })) },
      };
    const chosen = possible.find(({ id }) => id === (body.transition as { id?: string } | undefined)?.id);
    if (!chosen) return failed(400, 'It seems that you have tried to perform an illegal workflow operation.');
    issue.status = chosen.to;
    issue.resolution = categories[chosen.to] === 'done' ? 'Done' : null;
    this.touch(issue);
    return { status: 204 };
  }

  private touch(issue: JiraIssue): void {
    issue.updatedMs = Math.max(issue.updatedMs + 1, this.now());
  }
}

const statusOf = (name: string) => ({ name, statusCategory: { key: categories[name] ?? 'indeterminate' } });

function shown(
  { id, key, summary, labels, priority, status, resolution, assignee, updatedMs }: JiraIssue,
  people: Readonly<Record<string, string>> = {},
): object {
  const accountId = Object.keys(people).find((id) => people[id] === assignee);
  const named = (name: string | null) => (name === null ? null : { name });
  return {
    id,
    key,
    fields: {
      summary,
      labels,
      priority: named(priority),
      status: statusOf(status),
      resolution: named(resolution),
      assignee: assignee === null ? null : { displayName: assignee, ...(accountId ? { accountId } : {}) },
      updated: new Date(updatedMs).toISOString().replace('Z', '+0000'),
    },
  };
}

function isDocument(value: unknown): boolean {
  const document = value as { type?: unknown; version?: unknown; content?: unknown } | null;
  return document?.type === 'doc' && document.version === 1 && Array.isArray(document.content);
}

function failed(status: number, message: string): TicketAnswer {
  return { status, body: { errorMessages: [message], errors: {} } };
}
