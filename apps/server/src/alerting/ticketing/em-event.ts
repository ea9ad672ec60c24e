import type { ServiceNowWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import type { RemoteTicket } from '@carillon/core/alert/ticket/ticket-link';
import type { AlertSeverity } from '@carillon/core/state/states';
import { checkServiceNow } from './servicenow-check.js';
import { answered, askerOf, rootOf, type TicketAccess, type TicketDraft, type TicketSystem } from './ticket-system.js';

/** 1 critical, 2 major, 3 minor, 4 warning, 5 OK, 0 clear (ServiceNow, Event Management). */
const severities: Readonly<Record<AlertSeverity, string>> = { low: '4', medium: '2', high: '1' };
const clear = '0';

/**
 * Events of ServiceNow's Event Management. Its own rules make alerts and incidents of them, so nothing is read back: the
 * same `message_key` is the same alert, and one that is sent twice does no harm.
 */
export function serviceNowEvents(way: ServiceNowWay, access: TicketAccess, draft: TicketDraft): TicketSystem {
  const ask = askerOf(access);
  const post = async (severity: string, text: string) => {
    answered(await ask('POST', '/api/now/table/em_event', eventOf(draft, severity, text)), 'result');
  };
  const now = severities[draft.severity];
  const open = ticketOf(draft.key, access.url);

  return {
    find: () => Promise.resolve(null),
    newest: () => Promise.resolve(null),
    async create() {
      await post(now, draft.text);
      return open;
    },
    read: (ticket) => Promise.resolve({ remote: ticket, comments: null }),
    comment: (_ticket, text) => post(now, text),
    async acknowledge(ticket, text) {
      await post(now, text);
      return ticket;
    },
    // Its channel knows nobody: it is never asked.
    assign: (ticket) => Promise.resolve(ticket),
    setPriority: (_ticket, severity, text) => post(severities[severity], text),
    async end(_ticket, _how, text) {
      await post(clear, text);
      return { ...open, status: 'resolved', statusName: 'Clear' };
    },
    async reopen(_ticket, text) {
      await post(now, text);
      return open;
    },
    changedSince: () => Promise.resolve(null),
    check: () => checkServiceNow(way, ask),
  };
}

function ticketOf(key: string, url: string): RemoteTicket {
  return {
    id: key,
    key,
    url: `${rootOf(url)}/nav_to.do?uri=em_alert_list.do?sysparm_query=message_key=${key}`,
    status: 'open',
    statusName: 'Open',
    assignee: null,
    updated: 'never read',
  };
}

/** Fields as ServiceNow's event collection documents them; `additional_info` is JSON in a string. */
function eventOf({ key, title, policy, job, host, facts }: TicketDraft, severity: string, text: string): object {
  return {
    source: 'Carillon',
    event_class: 'Carillon',
    node: host ?? '',
    type: policy,
    resource: job ?? '',
    metric_name: 'job failure',
    message_key: key,
    severity,
    resolution_state: severity === clear ? 'Closing' : 'New',
    description: `${title}\n${text}`.slice(0, 4_000),
    additional_info: JSON.stringify(facts),
  };
}
