import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type Fields, found } from './service-now-query.js';
import { type TicketAnswer, type TicketRequest, TicketServer } from './ticket-server.js';

const states: Fields = {
  '1': 'New',
  '2': 'In Progress',
  '3': 'On Hold',
  '6': 'Resolved',
  '7': 'Closed',
  '8': 'Canceled',
};

/** An alert that Event Management made of events with one message key. */
export interface EventAlert {
  severity: string;
  events: number;
  open: boolean;
}

/**
 * ServiceNow's table API as far as incidents, their journal and events go: records keep state and the time of their last
 * change, resolving needs a close code of the instance's own choice list and close notes, work notes are a journal.
 */
export class ServiceNow extends TicketServer {
  readonly incidents = new Map<string, Fields>();
  readonly journal: Fields[] = [];
  readonly events: Fields[] = [];
  /** By their message key. */
  readonly alerts = new Map<string, EventAlert>();
  /** Close codes differ from customer to customer. */
  closeCodes = ['Solution provided', 'No resolution provided'];
  groups = ['Windows'];
  readonly user = 'carillon';
  password = 'secret';
  /** Names of people by their `sys_id`. */
  people: Readonly<Record<string, string>> = {
    a8f98bb0eb32010045e1a5115206fe3a: 'Ann Lee',
    b8f98bb0eb32010045e1a5115206fe3b: 'Bob Ray',
  };
  /** The account may read the journal. */
  journalIsOpen = true;

  static async start(): Promise<ServiceNow> {
    const server = new ServiceNow();
    await server.listen();
    return server;
  }

  all(): Fields[] {
    return [...this.incidents.values()];
  }

  open(): Fields[] {
    return this.all().filter(({ state }) => !['6', '7', '8'].includes(state ?? ''));
  }

  /** What was written into work notes. */
  get workNotes(): { readonly id: string; readonly text: string }[] {
    return this.journal.map(({ element_id = '', value = '' }) => ({ id: element_id, text: value }));
  }

  /** Somebody changes the one incident there is, or another. */
  person(changes: Fields, by = 'ann', id = this.all()[0]?.sys_id ?? ''): void {
    this.update(id, changes, by);
  }

  /** Somebody writes a comment. */
  say(text: string, by = 'ann', id = this.all()[0]?.sys_id ?? ''): void {
    this.update(id, { comments: text }, by);
  }

  /** The request that the documented business rule makes of a record, as Standard Webhooks says. */
  webhook(id: string, secret: string, changes: { id?: string; atMs?: number } = {}) {
    const { number = '', correlation_id = '' } = this.incidents.get(id) ?? {};
    const body = JSON.stringify({ table: 'incident', sys_id: id, number, correlation_id });
    const webhookId = changes.id ?? randomUUID();
    const seconds = String(Math.floor((changes.atMs ?? this.now()) / 1_000));
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${webhookId}.${seconds}.${body}`).digest('base64');
    const headers = { 'webhook-id': webhookId, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
    return { headers: { 'content-type': 'application/json', ...headers }, body };
  }

  protected answer(request: TicketRequest): TicketAnswer {
    const expected = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
    if (request.authorization !== expected) return failed(401, 'User Not Authenticated');
    const [, table, id] = /^\/api\/now\/table\/(\w+)(?:\/(\w+))?$/.exec(request.path) ?? [];
    const isAll = request.query.get('sysparm_display_value') === 'all';
    if (request.method === 'GET' && !id) return this.list(table ?? '', request.query, isAll);
    if (table === 'em_event' && request.method === 'POST') return this.event(request.body);
    if (table !== 'incident') return failed(400, `Invalid table ${table}`);
    if (request.method === 'POST') return this.create(request.body, isAll);
    if (request.method === 'GET' && id) return this.one(id, isAll);
    if (request.method === 'PATCH' && id) return this.change(id, request.body, isAll);
    return failed(405, 'Method not supported');
  }

  private list(table: string, query: URLSearchParams, isAll: boolean): TicketAnswer {
    if (table === 'sys_journal_field' && !this.journalIsOpen) return failed(403, 'Operation against file was aborted');
    const tables: Readonly<Record<string, readonly Fields[]>> = {
      incident: this.all(),
      em_event: this.events,
      sys_journal_field: this.journal,
      sys_choice: this.choices(),
      sys_user_group: this.groups.map((name) => ({ name, sys_id: name })),
      sys_user: [{ user_name: this.user, sys_id: this.user }],
    };
    const rows = tables[table];
    if (!rows) return failed(400, `Invalid table ${table}`);
    const offset = Number(query.get('sysparm_offset') ?? 0);
    const limit = Number(query.get('sysparm_limit') ?? 10_000);
    const page = found(rows, query.get('sysparm_query') ?? '').slice(offset, offset + limit);
    return { status: 200, body: { result: isAll ? page.map((row) => shownBoth(row, this.people)) : page } };
  }

  private create(body: Record<string, unknown>, isAll: boolean): TicketAnswer {
    const id = randomBytes(16).toString('hex');
    const number = `INC${String(10_001 + this.incidents.size).padStart(7, '0')}`;
    this.incidents.set(id, { state: '1', assigned_to: '', sys_id: id, number });
    this.update(id, asText(body), this.user);
    return this.one(id, isAll, 201);
  }

  private change(id: string, body: Record<string, unknown>, isAll: boolean): TicketAnswer {
    const before = this.incidents.get(id);
    if (!before) return failed(404, 'No Record found');
    const after = { ...before, ...asText(body) };
    if (['6', '7'].includes(after.state ?? '') && !this.mayResolve(after))
      return failed(
        403,
        'Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes',
      );
    if (before.state === '7' && after.state !== '7')
      return failed(403, 'Operation Failed: closed records are read-only');
    this.update(id, asText(body), this.user);
    return this.one(id, isAll);
  }

  /** Everything is text there; a journal is written and not kept in the record. */
  private update(id: string, changes: Fields, by: string): void {
    const { work_notes, comments, ...rest } = changes;
    const at = timeText(this.now());
    for (const [element, value] of Object.entries({ work_notes, comments }))
      if (value)
        this.journal.push({
          ...{ sys_id: randomBytes(16).toString('hex'), element_id: id, element, value },
          ...{ sys_created_by: by, sys_created_on: at },
        });
    const fields = { ...this.incidents.get(id), ...rest };
    // Several changes within a second are still several.
    const count = Number(fields.sys_mod_count ?? -1) + 1;
    const stamps = { sys_updated_on: at, sys_updated_by: by, sys_mod_count: String(count) };
    this.incidents.set(id, { ...fields, ...stamps, ...priorityOf(fields) });
  }

  private mayResolve({ close_code, close_notes }: Fields): boolean {
    return this.closeCodes.includes(close_code ?? '') && (close_notes ?? '') !== '';
  }

  private one(id: string, isAll: boolean, status = 200): TicketAnswer {
    const result = this.incidents.get(id);
    if (!result) return failed(404, 'No Record found');
    return { status, body: { result: isAll ? shownBoth(result, this.people) : result } };
  }

  private choices(): Fields[] {
    const of = (element: string, value: string, label: string) => ({
      ...{ name: 'incident', inactive: 'false' },
      ...{ element, value, label },
    });
    return [
      ...this.closeCodes.map((value) => of('close_code', value, value)),
      ...Object.entries(states).map(([value, label]) => of('state', value, label)),
    ];
  }

  /** Taken as ServiceNow's event rules take it: one alert for each message key, which severity 0 closes. */
  private event(body: Record<string, unknown>): TicketAnswer {
    const event = asText(body);
    const strange = Object.keys(event).find((name) => !eventColumns.includes(name));
    if (strange) return failed(400, `em_event has no column ${strange}`);
    const { severity = '', message_key: key = '', additional_info: info = '{}' } = event;
    if (!/^[0-5]$/.test(severity)) return failed(400, `severity ${severity} is not one of 0 to 5`);
    if (!isObject(info)) return failed(400, 'additional_info is not a JSON object in a string');
    this.events.push(event);
    const alert = this.alerts.get(key) ?? { severity, events: 0, open: true };
    const open = severity !== '0';
    this.alerts.set(key, { severity: open ? severity : alert.severity, events: alert.events + 1, open });
    return { status: 201, body: { result: event } };
  }
}

const eventColumns = [
  ...['source', 'event_class', 'node', 'type', 'resource', 'metric_name', 'message_key', 'severity'],
  ...['description', 'additional_info', 'resolution_state'],
];

function asText(body: Record<string, unknown>): Fields {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
}

function shownBoth(
  fields: Fields,
  people: Readonly<Record<string, string>>,
): Record<string, { value: string; display_value: string }> {
  const names: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
    state: states,
    assigned_to: people,
  };
  const shown = (name: string, value: string) => names[name]?.[value] ?? value;
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, { value, display_value: shown(name, value) }]),
  );
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** As ServiceNow's own look-up makes it of impact and urgency. */
function priorityOf({ impact = '3', urgency = '3' }: Fields): Fields {
  return { impact, urgency, priority: String(Math.max(1, Math.min(5, Number(impact) + Number(urgency) - 1))) };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function failed(status: number, message: string): TicketAnswer {
  return { status, body: { error: { message, detail: message }, status: 'failure' } };
}
