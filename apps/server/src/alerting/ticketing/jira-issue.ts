import type { JiraWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import { documentOf, textOfDocument } from '@carillon/core/alert/ticket/atlassian-document';
import { commentsPerRead, type TicketComment } from '@carillon/core/alert/ticket/take-in';
import type { RemoteTicket, TicketStatus } from '@carillon/core/alert/ticket/ticket-link';
import { type Ask, answered, rootOf, type TicketDraft } from './ticket-system.js';

export const issuePath = '/rest/api/3/issue';
/** What is asked of every issue. */
export const issueFields = ['status', 'resolution', 'assignee', 'updated', 'labels'];

export interface Issue {
  readonly id: string;
  readonly key: string;
  readonly fields: {
    readonly status: { readonly name: string; readonly statusCategory: { readonly key: string } };
    readonly resolution: { readonly name: string } | null;
    readonly assignee: { readonly displayName: string; readonly accountId?: string } | null;
    readonly updated: string;
    readonly labels?: readonly string[];
  };
}

export function ticketOf({ id, key, fields }: Issue, way: JiraWay, url: string): RemoteTicket {
  const { status, resolution, assignee, updated } = fields;
  return {
    id,
    key,
    url: urlOf(url, key),
    status: statusOf(status.statusCategory.key, resolution?.name ?? '', way),
    statusName: status.name,
    assignee: assignee?.displayName ?? null,
    assigneeId: assignee?.accountId ?? null,
    updated,
  };
}

/** What is done can be opened again, as long as there is a transition: `closed` does not occur here. */
function statusOf(category: string, resolution: string, way: JiraWay): TicketStatus {
  if (way.declined.some((name) => name.toLowerCase() === resolution.toLowerCase())) return 'declined';
  if (category === 'done') return 'resolved';
  return category === 'indeterminate' ? 'in_progress' : 'open';
}

export function urlOf(url: string, key: string): string {
  return `${rootOf(url)}/browse/${key}`;
}

export function newIssue({ key, title, text, severity }: TicketDraft, way: JiraWay): object {
  const priority = way.priorities?.[severity];
  return {
    project: { key: way.project },
    issuetype: { name: way.issueType },
    summary: title.replace(/\s+/g, ' ').slice(0, 255),
    description: documentOf(text),
    labels: ['carillon', key],
    ...(priority ? { priority: { name: priority } } : {}),
  };
}

interface Comment {
  readonly id: string;
  readonly author?: { readonly accountId: string; readonly displayName: string };
  readonly updateAuthor?: { readonly displayName: string };
  readonly body: unknown;
}

/** The latest comments, oldest first. @param account whose comments are our own */
export async function commentsOf(ask: Ask, id: string, account: string): Promise<TicketComment[]> {
  const path = `${issuePath}/${id}/comment?orderBy=-created&maxResults=${commentsPerRead}`;
  const comments = answered<Comment[]>(await ask('GET', path), 'comments');
  return comments.reverse().map((comment) => ({
    id: comment.id,
    author: comment.author?.displayName ?? 'somebody',
    isOwn: comment.author?.accountId === account,
    text: textOfDocument(comment.body),
    ...(comment.updateAuthor ? { editor: comment.updateAuthor.displayName } : {}),
  }));
}
