import type { ServiceNowWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import { checkServiceNow } from './servicenow-check.js';
import { closeCode } from './servicenow-choices.js';
import { commentsOf, type Row, rowFields, ticketOf, timeText } from './servicenow-rows.js';
import {
  answered,
  askerOf,
  type ChangedTicket,
  type TicketAccess,
  type TicketDraft,
  TicketError,
  type TicketSystem,
} from './ticket-system.js';

const table = '/api/now/table/incident';
const pageRows = 200;
const pages = 100;

/** Incidents of ServiceNow by its table API; found by `correlation_id`. */
export function serviceNow(way: ServiceNowWay, access: TicketAccess): TicketSystem {
  const ask = askerOf(access);
  const remote = (row: Row) => ticketOf(row, access.url);
  const rows = async (query: string, limit: number, offset = 0) => {
    const page = `sysparm_limit=${limit}&sysparm_offset=${offset}`;
    const answer = await ask('GET', `${table}?sysparm_query=${encodeURIComponent(query)}&${page}&${rowFields}`);
    return answered<Row[]>(answer, 'result').map(remote);
  };
  const change = async (id: string, body: object) => {
    const answer = await ask('PATCH', `${table}/${id}?${rowFields}`, body);
    if (!answer) throw new TicketError('later', 'no_ticket', `there is no record ${id}`);
    return remote(answered<Row>(answer, 'result'));
  };

  return {
    async find(key) {
      const [found] = await rows(`correlation_id=${key}`, 1);
      return found ?? null;
    },
    newest: () => Promise.resolve(null),
    async create(draft) {
      return remote(answered<Row>(await ask('POST', `${table}?${rowFields}`, bodyOf(draft, way)), 'result'));
    },
    async read({ id }) {
      const answer = await ask('GET', `${table}/${id}?${rowFields}`);
      if (!answer) return null;
      return { remote: remote(answered<Row>(answer, 'result')), comments: await commentsOf(ask, id, access.username) };
    },
    async comment({ id }, text) {
      await change(id, { work_notes: text });
    },
    acknowledge: ({ id, status }, text) =>
      change(id, { work_notes: text, ...(status === 'open' ? { state: '2' } : {}) }),
    assign: ({ id }, to) => change(id, { assigned_to: to ?? '' }),
    async setPriority({ id }, severity, text) {
      await change(id, { ...way.severities[severity], work_notes: text });
    },
    async end({ id }, how, text) {
      const code = await closeCode(way, ask);
      return await change(id, { state: how === 'close' ? '7' : '6', close_code: code, close_notes: text });
    },
    reopen: ({ id }, text) => change(id, { state: '2', work_notes: text }),
    async changedSince(sinceMs) {
      const changed: ChangedTicket[] = [];
      const since = `correlation_idSTARTSWITHcarillon-^sys_updated_on>=${timeText(sinceMs)}`;
      for (let page = 0; page < pages; page += 1) {
        // Newest first: what changes while pages are turned moves to the front, and pushes nothing past its reader.
        const found = await rows(`${since}^ORDERBYDESCsys_updated_on`, pageRows, page * pageRows);
        changed.push(...found.map(({ id, updated }) => ({ id, updated: updated ?? '' })));
        if (found.length < pageRows) return changed;
      }
      throw new TicketError(
        'later',
        'too_many',
        `more than ${pages * pageRows} records changed since ${timeText(sinceMs)}`,
        undefined,
        { most: pages * pageRows },
      );
    },
    check: () => checkServiceNow(way, ask),
  };
}

function bodyOf({ key, title, text, severity }: TicketDraft, way: ServiceNowWay): object {
  return {
    short_description: title.slice(0, 160),
    description: text,
    correlation_id: key,
    correlation_display: 'Carillon',
    ...way.severities[severity],
    ...(way.assignmentGroup ? { assignment_group: way.assignmentGroup } : {}),
    ...(way.caller ? { caller_id: way.caller } : {}),
    ...(way.configurationItem ? { cmdb_ci: way.configurationItem } : {}),
  };
}
