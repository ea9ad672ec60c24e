import type { AlertDocumentKind } from '@carillon/core/state/states';
import type { Word } from '../../../i18n/index.js';
import { type FieldPath, valueAt } from './document-file.js';

/** How a field of a form is filled in. */
type Input =
  | { readonly input: 'text'; readonly hint?: string }
  | { readonly input: 'number' }
  /** One a line. */
  | { readonly input: 'lines'; readonly hint?: string }
  /** `required`: one of them has to be said. */
  | { readonly input: 'choice'; readonly choices: readonly string[]; readonly required?: true }
  /** `offValue`: what the file says when it is off; undefined: nothing. */
  | { readonly input: 'switch'; readonly byDefault: boolean }
  /** A date and time on the clocks of the document's zone. */
  | { readonly input: 'wall'; readonly hours?: readonly number[] }
  /** One of the channels that there are. */
  | { readonly input: 'channel' }
  /** Channels, and schedules of who is on duty. */
  | { readonly input: 'targets' }
  /** People of the document, in order. */
  | { readonly input: 'people-of' }
  /** People and where they are reached, one a line. */
  | { readonly input: 'people' };

export type Field = Input & { readonly path: FieldPath; readonly word: Word };

const field = (path: string, word: Word, input: Input): Field => ({ path: path.split('.'), word, ...input });
const text = (path: string, word: Word, hint?: string) =>
  field(path, word, { input: 'text', ...(hint === undefined ? {} : { hint }) });
const lines = (path: string, word: Word, hint: string) => field(path, word, { input: 'lines', hint });
const choice = (path: string, word: Word, choices: readonly string[]) =>
  field(path, word, { input: 'choice', choices });
const toggle = (path: string, word: Word, byDefault = false) => field(path, word, { input: 'switch', byDefault });
const number = (path: string, word: Word) => field(path, word, { input: 'number' });

const name = text('name', 'common.name');
const description = text('description', 'doc.description');
const match = lines('match', 'doc.match', 'env=prod\nhost=~web-.*');
const zone = text('timezone', 'doc.timezone', 'Europe/Berlin');
const secret = (path: string, word: Word) => text(`${path}.secret`, word, 'name-of-a-secret');

const policy: readonly Field[] = [
  name,
  field('severity', 'incidents.severity', { input: 'choice', choices: ['low', 'medium', 'high'], required: true }),
  description,
  number('when.consecutiveFailures', 'doc.consecutiveFailures'),
  text('when.failureRate', 'doc.failureRate', '5%'),
  text('when.window', 'doc.window', '15m'),
  text('when.longerThan', 'doc.longerThan', '3x'),
  text('when.noSuccessFor', 'doc.noSuccessFor', '26h'),
  toggle('when.missed', 'doc.missed'),
  text('when.exitCodes', 'doc.exitCodes', '1-7'),
  text('when.output', 'doc.output', 'ERROR|FATAL'),
  choice('when.logLevel', 'doc.logLevel', ['warn', 'error', 'fatal']),
  text('when.hostOffline', 'doc.hostOffline', '10m'),
  text('when.cpuAbove', 'doc.cpuAbove', '90%'),
  text('when.memoryAbove', 'doc.memoryAbove', '90%'),
  text('when.diskAbove', 'doc.diskAbove', '90%'),
  toggle('when.drift', 'doc.drift'),
  toggle('when.rejected', 'doc.rejected'),
  text('for', 'doc.forTime', '5m'),
  number('resolveAfter', 'doc.resolveAfter'),
  toggle('appliesTo.all', 'doc.appliesToAll'),
  lines('appliesTo.jobs', 'doc.appliesToJobs', 'nightly-etl'),
  text('runbook', 'incidents.runbook', 'https://wiki.example/restart'),
];

const account = [text('url', 'doc.url', 'https://example.service-now.com'), text('username', 'doc.username')];
const phone = [
  text('accountSid', 'doc.accountSid'),
  secret('authToken', 'doc.authToken'),
  text('from', 'doc.sender', '+4930123456'),
  lines('to', 'doc.to', '+4930654321'),
];
const robot = [secret('url', 'doc.urlSecret')];
const signedRobot = [...robot, secret('signing', 'doc.signing')];

/** What each type of channel asks for. */
const channelTypes: Readonly<Record<string, readonly Field[]>> = {
  smtp: [
    text('host', 'doc.mailHost', 'smtp.example.com'),
    number('port', 'doc.port'),
    choice('security', 'doc.security', ['starttls', 'tls', 'none']),
    text('username', 'doc.username'),
    secret('password', 'doc.password'),
    text('from', 'doc.sender', 'Carillon <alerts@example.com>'),
    lines('to', 'doc.to', 'ops@example.com'),
  ],
  slack: robot,
  teams: robot,
  wecom: robot,
  dingtalk: signedRobot,
  feishu: signedRobot,
  pagerduty: [secret('routingKey', 'doc.routingKey')],
  'twilio-sms': phone,
  'twilio-voice': phone,
  webhook: [text('url', 'doc.url', 'https://hooks.example.com/carillon'), secret('signing', 'doc.signing')],
  servicenow: [...account, secret('password', 'doc.password'), secret('signing', 'doc.signing')],
  jira: [
    ...account,
    secret('password', 'doc.password'),
    secret('signing', 'doc.signing'),
    text('project', 'doc.project', 'OPS'),
  ],
};

const channelHead: readonly Field[] = [
  name,
  field('type', 'doc.type', { input: 'choice', choices: Object.keys(channelTypes), required: true }),
  description,
];
const channelTail: readonly Field[] = [
  choice('language', 'doc.language', ['en', 'zh']),
  field('fallback', 'doc.fallback', { input: 'channel' }),
  toggle('enabled', 'doc.enabled', true),
  toggle('allowPrivateAddresses', 'doc.allowPrivate'),
];

const times: readonly Field[] = [
  zone,
  field('from', 'doc.from', { input: 'wall' }),
  field('until', 'doc.until', { input: 'wall', hours: [1, 4, 24, 168] }),
];

/** Fields that a document's form has; what else may be written stands in the file beside it. */
export function fieldsOf(kind: AlertDocumentKind, raw: unknown): readonly Field[] {
  switch (kind) {
    case 'AlertPolicy':
      return policy;
    case 'Channel':
      return [...channelHead, ...(channelTypes[String(valueAt(raw, ['type']))] ?? []), ...channelTail];
    case 'Silence':
      return [name, match, ...times, text('reason', 'silence.reason')];
    case 'MaintenanceWindow':
      return [
        name,
        match,
        ...times,
        text('cron', 'doc.cron', '0 2 * * 6'),
        text('for', 'doc.windowLength', '2h'),
        text('reason', 'silence.reason'),
      ];
    case 'Freeze':
      return [
        name,
        toggle('covers.all', 'doc.covers.all'),
        lines('covers.jobs', 'doc.covers.jobs', 'payroll\netl-*'),
        ...times,
        text('cron', 'doc.cron', '0 16 * * 5'),
        text('for', 'doc.windowLength', '2h'),
        text('reason', 'silence.reason'),
      ];
    case 'Calendar':
      return [name, description, lines('days', 'doc.days', '12-25\n2026-10-01..2026-10-07')];
    case 'OnCall':
      return [name, description, zone, field('people', 'doc.people', { input: 'people' })];
    case 'Route':
      return [
        name,
        description,
        number('order', 'doc.order'),
        match,
        ...toldBy(valueAt(raw, ['to'])),
        text('repeat.every', 'doc.repeatEvery', '4h'),
        number('repeat.times', 'doc.repeatTimes'),
        text('groupWait', 'doc.groupWait', '30s'),
        text('groupInterval', 'doc.groupInterval', '5m'),
      ];
  }
}

/** One list for all severities, or one for each. */
function toldBy(to: unknown): Field[] {
  const isOne = typeof to === 'string' || Array.isArray(to);
  if (isOne) return [field('to', 'doc.told.all', { input: 'targets' })];
  return (['low', 'medium', 'high'] as const).map((severity) =>
    field(`to.${severity}`, `doc.told.${severity}`, { input: 'targets' }),
  );
}

/** A list of which each item has fields of its own. */
export interface FieldList {
  readonly path: string;
  readonly word: Word;
  readonly add: Word;
  /** Of the item at a place, with its whole path. */
  readonly fieldsAt: (index: number) => readonly Field[];
  /** What an item begins as. @param now a date and time on the clocks of the document's zone */
  readonly fresh: (now: string) => Record<string, unknown>;
}

const lists: Partial<Record<AlertDocumentKind, readonly FieldList[]>> = {
  Route: [
    {
      path: 'escalate',
      word: 'doc.escalate',
      add: 'doc.escalate.add',
      fieldsAt: (index) => [
        at('escalate', index, text('wait', 'doc.escalate.wait', '15m')),
        at('escalate', index, field('to', 'doc.escalate.to', { input: 'targets' })),
      ],
      fresh: () => ({ wait: '15m', to: [] }),
    },
  ],
  OnCall: [
    {
      path: 'layers',
      word: 'doc.layers',
      add: 'doc.layers.add',
      fieldsAt: (index) => [
        at('layers', index, field('people', 'doc.layers.people', { input: 'people-of' })),
        at('layers', index, field('start', 'doc.layers.start', { input: 'wall' })),
        at('layers', index, text('rotate', 'doc.layers.rotate', 'daily, weekly, 12h')),
        at('layers', index, text('name', 'doc.layers.name')),
      ],
      fresh: (now) => ({ people: [], start: `${now.slice(0, 10)}T09:00`, rotate: 'weekly' }),
    },
  ],
};

const at = (list: string, index: number, inner: Field): Field => ({ ...inner, path: [list, index, ...inner.path] });

/** Lists that a document's form has below its fields. */
export const listsOf = (kind: AlertDocumentKind): readonly FieldList[] => lists[kind] ?? [];

/** Fields of one type of channel that another does not have: they go when the type changes. */
export function fieldsLost(before: string, after: string): readonly FieldPath[] {
  const heads = (type: string) => new Set((channelTypes[type] ?? []).map(({ path: [first = ''] }) => String(first)));
  const kept = heads(after);
  // The same name may be a secret in one and an address in the other.
  const differs = (head: string) => shapeOf(before, head) !== shapeOf(after, head);
  return [...heads(before)].filter((head) => !kept.has(head) || differs(head)).map((head) => [head]);
}

function shapeOf(type: string, head: string): string {
  const found = (channelTypes[type] ?? []).find(({ path }) => path[0] === head);
  return found ? `${found.path.length}/${found.input}` : '';
}
