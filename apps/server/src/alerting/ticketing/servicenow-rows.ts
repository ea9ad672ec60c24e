import { commentsPerRead, type TicketComment } from '@carillon/core/alert/ticket/take-in';
import type { RemoteTicket, TicketStatus } from '@carillon/core/alert/ticket/ticket-link';
import { type Ask, answered, rootOf, TicketError } from './ticket-system.js';

/** With `sysparm_display_value=all` every field comes as it is stored and as it is shown. */
interface Field {
  readonly value: string;
  readonly display_value: string | null;
}

const fields = ['sys_id', 'number', 'state', 'assigned_to', 'sys_updated_on', 'sys_mod_count'] as const;
export type Row = Readonly<Record<(typeof fields)[number], Field>>;

/** What is asked of every incident. */
export const rowFields = `sysparm_fields=${fields.join(',')}&sysparm_display_value=all`;

/** The states that ServiceNow brings along. */
const statuses: Readonly<Record<string, TicketStatus>> = {
  '1': 'open',
  '2': 'in_progress',
  '3': 'open',
  '6': 'resolved',
  '7': 'closed',
  '8': 'declined',
};

export function ticketOf(row: Row, url: string): RemoteTicket {
  const { sys_id: id, number, state, assigned_to: assigned } = row;
  return {
    id: id.value,
    key: number.value,
    url: `${rootOf(url)}/nav_to.do?uri=incident.do?sys_id=${id.value}`,
    status: statuses[state.value] ?? 'open',
    statusName: state.display_value || state.value,
    assignee: assigned.value ? assigned.display_value || assigned.value : null,
    assigneeId: assigned.value || null,
    // Times are seconds there: two changes within one are told apart by their count.
    updated: `${row.sys_updated_on.value} ${row.sys_mod_count.value}`,
  };
}

interface JournalRow {
  readonly sys_id: string;
  readonly value: string;
  readonly sys_created_by: string;
}

/** The latest work notes and comments, oldest first; null where the account may not read the journal. */
export async function commentsOf(ask: Ask, id: string, username: string): Promise<TicketComment[] | null> {
  const query = encodeURIComponent(`element_id=${id}^elementINcomments,work_notes^ORDERBYDESCsys_created_on`);
  const fields = 'sysparm_fields=sys_id,value,sys_created_by,sys_created_on';
  try {
    const path = `/api/now/table/sys_journal_field?sysparm_query=${query}&${fields}&sysparm_limit=${commentsPerRead}`;
    const rows = answered<JournalRow[]>(await ask('GET', path), 'result');
    return rows.reverse().map(({ sys_id, value, sys_created_by: author }) => ({
      id: sys_id,
      author,
      isOwn: author === username,
      text: value,
    }));
  } catch (error) {
    if (error instanceof TicketError && error.code === 'http_403') return null;
    throw error;
  }
}

/** As ServiceNow writes an instant, and reads it in queries of its web services: UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
