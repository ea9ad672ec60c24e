import { z } from 'zod';
import { jobLimits } from '../../job/job-limits.js';
import { nameSchema, secretNameSchema } from '../../job/parts.schema.js';
import { problemParams, says } from '../../zod-problems.js';
import { templateProblem } from '../deliver/template.js';
import { jiraFields, serviceNowFields, type TicketWay, ticketWayOf } from './ticket-channel.schema.js';

/** A value that is handed over apart from the document and never shown again. */
export interface SecretRef {
  readonly secret: string;
}

interface ChannelBase {
  readonly name: string;
  readonly description: string;
  readonly language: 'en' | 'zh';
  /** Where notices go that this channel could not deliver. */
  readonly fallback: string | null;
  /** Messages that may go out at once, and per minute; below what the provider allows. */
  readonly limit: { readonly perMinute: number; readonly burst: number };
  /** Whether it may reach addresses that are not public. */
  readonly allowPrivateAddresses: boolean;
  /** Texts of our own in place of the usual ones; `{{incident.title}}` and the like, no logic. */
  readonly templates: { readonly subject: string | null; readonly text: string | null };
  /** Nothing is sent, and that is told. */
  readonly enabled: boolean;
}

export type SmtpSecurity = 'starttls' | 'tls' | 'none';

/** Robots whose address is their secret. */
interface ChatWay<T extends string> {
  readonly type: T;
  readonly url: SecretRef;
}

interface SignedChatWay<T extends string> extends ChatWay<T> {
  readonly signing: SecretRef | null;
}

interface TwilioWay<T extends string> {
  readonly type: T;
  readonly accountSid: string;
  readonly authToken: SecretRef;
  readonly from: string;
  readonly to: readonly string[];
  /** Of whatever has the shape of Twilio's API. */
  readonly url: string;
}

/** How each type of channel is reached. */
export type ChannelWay =
  | {
      readonly type: 'smtp';
      readonly host: string;
      readonly port: number;
      readonly security: SmtpSecurity;
      readonly username: string | null;
      readonly password: SecretRef | null;
      readonly from: string;
      readonly to: readonly string[];
    }
  | ChatWay<'slack'>
  | ChatWay<'teams'>
  | ChatWay<'wecom'>
  | SignedChatWay<'dingtalk'>
  | SignedChatWay<'feishu'>
  | { readonly type: 'pagerduty'; readonly routingKey: SecretRef; readonly url: string }
  | TwilioWay<'twilio-sms'>
  | TwilioWay<'twilio-voice'>
  /** Signed as Standard Webhooks says; two secrets while one is exchanged for the other. */
  | { readonly type: 'webhook'; readonly url: string; readonly signing: readonly SecretRef[] }
  | TicketWay;

export type ChannelType = ChannelWay['type'];
export type ChannelSpec = ChannelBase & ChannelWay;
/** Channels whose notices become tickets. */
export type TicketChannelSpec = ChannelBase & TicketWay;
export type ChannelOf<T extends ChannelType> = Extract<ChannelSpec, { readonly type: T }>;

/** A channel, the one it falls back to, and so on: no notice is passed on more often. */
export const mostFallbacks = 3;

const secretRef = z.strictObject({ secret: secretNameSchema });
const httpUrl = z.url({ protocol: /^https?$/ }).max(2_000);
const addressSchema = z.email().max(254);
const fromSchema = z
  .string()
  .max(300)
  .refine(
    (text) => /^(?:[^<>\r\n]{1,80} )?<?[^\s<>@]+@[^\s<>@]+>?$/.test(text),
    problemParams('wrong_value', 'an address such as alerts@example.com or Carillon <alerts@example.com>'),
  );
const phoneSchema = z
  .string()
  .refine(
    (text) => /^\+[1-9]\d{5,14}$/.test(text),
    problemParams('wrong_value', 'a number such as +4930123456 (E.164)'),
  );
const hostSchema = z
  .string()
  .min(1)
  .max(253)
  .refine((text) => /^[A-Za-z0-9.:_-]+$/.test(text), problemParams('wrong_value', 'a host name or an address'));

const templateSchema = z
  .string()
  .min(1)
  .max(4_000)
  .superRefine((text, context) => {
    const problem = templateProblem(text);
    if (problem) context.addIssue({ code: 'custom', input: text, ...problemParams('wrong_value', problem) });
  });

const base = {
  kind: z.literal('Channel'),
  name: nameSchema,
  description: z.string().max(jobLimits.descriptionCharacters).optional(),
  language: z.enum(['en', 'zh']).optional(),
  fallback: nameSchema.optional(),
  limit: z
    .strictObject({ perMinute: z.int().min(1).max(6_000), burst: z.int().min(1).max(1_000).optional() })
    .optional(),
  allowPrivateAddresses: z.boolean().optional(),
  templates: z.strictObject({ subject: templateSchema.optional(), text: templateSchema.optional() }).optional(),
  enabled: z.boolean().optional(),
};

/** Below what providers allow: DingTalk and WeCom block for minutes above 20 a minute, Slack takes about one a second. */
const perMinute: Readonly<Record<ChannelType, number>> = {
  smtp: 60,
  slack: 50,
  teams: 60,
  dingtalk: 18,
  feishu: 80,
  wecom: 18,
  pagerduty: 100,
  'twilio-sms': 50,
  'twilio-voice': 50,
  webhook: 300,
  servicenow: 300,
  jira: 300,
};

const people = { from: phoneSchema, to: z.array(phoneSchema).min(1).max(20) };
const twilio = { accountSid: z.string().min(1).max(64), authToken: secretRef, ...people, url: httpUrl.optional() };

const typed = z.discriminatedUnion('type', [
  z.strictObject({
    ...base,
    type: z.literal('smtp'),
    host: hostSchema,
    port: z.int().min(1).max(65_535).optional(),
    security: z.enum(['starttls', 'tls', 'none']).optional(),
    username: z.string().min(1).max(200).optional(),
    password: secretRef.optional(),
    from: fromSchema,
    to: z.union(
      [addressSchema.transform((one) => [one]), z.array(addressSchema).min(1).max(50)],
      says('e-mail addresses'),
    ),
  }),
  z.strictObject({ ...base, type: z.literal('slack'), url: secretRef }),
  z.strictObject({ ...base, type: z.literal('teams'), url: secretRef }),
  z.strictObject({ ...base, type: z.literal('wecom'), url: secretRef }),
  z.strictObject({ ...base, type: z.literal('dingtalk'), url: secretRef, signing: secretRef.optional() }),
  z.strictObject({ ...base, type: z.literal('feishu'), url: secretRef, signing: secretRef.optional() }),
  z.strictObject({ ...base, type: z.literal('pagerduty'), routingKey: secretRef, url: httpUrl.optional() }),
  z.strictObject({ ...base, type: z.literal('twilio-sms'), ...twilio }),
  z.strictObject({ ...base, type: z.literal('twilio-voice'), ...twilio }),
  z.strictObject({
    ...base,
    type: z.literal('webhook'),
    url: httpUrl,
    signing: z.union(
      [secretRef.transform((one) => [one]), z.array(secretRef).min(1).max(2)],
      says('a secret, such as { secret: hook-signing }'),
    ),
  }),
  z.strictObject({ ...base, ...serviceNowFields }),
  z.strictObject({ ...base, ...jiraFields }),
]);

/** `kind: Channel` as people write it. */
export const channelFileSchema = typed
  .superRefine((channel, context) => {
    if (channel.type === 'smtp' && channel.password && !channel.username)
      context.addIssue({
        code: 'custom',
        input: channel,
        path: ['username'],
        ...problemParams('missing', 'the name that goes with the password'),
      });
    if (channel.type === 'smtp' && channel.password && channel.security === 'none')
      context.addIssue({
        code: 'custom',
        input: channel,
        path: ['security'],
        ...problemParams('wrong_value', 'starttls or tls: a password is never sent in the clear'),
      });
    if (channel.fallback?.toLowerCase() === channel.name.toLowerCase())
      context.addIssue({
        code: 'custom',
        input: channel,
        path: ['fallback'],
        ...problemParams('wrong_value', 'another channel'),
      });
  })
  .transform((channel): ChannelSpec => {
    const {
      kind: _kind,
      name,
      description,
      language,
      fallback,
      limit,
      allowPrivateAddresses,
      templates,
      enabled,
      ...way
    } = channel;
    const rate = limit?.perMinute ?? perMinute[way.type];
    return {
      name,
      description: description ?? '',
      language: language ?? 'en',
      fallback: fallback ?? null,
      limit: { perMinute: rate, burst: limit?.burst ?? Math.max(1, Math.ceil(rate / 6)) },
      allowPrivateAddresses: allowPrivateAddresses ?? false,
      templates: { subject: templates?.subject ?? null, text: templates?.text ?? null },
      enabled: enabled ?? true,
      ...wayOf(way),
    };
  });

type Written = Omit<z.output<typeof typed>, keyof typeof base> & { type: ChannelType };

function wayOf(way: Written): ChannelWay {
  const written = way as z.output<typeof typed>;
  switch (written.type) {
    case 'smtp': {
      const { type, host, from, to, username, password } = written;
      const security = written.security ?? 'starttls';
      const port = written.port ?? { starttls: 587, tls: 465, none: 25 }[security];
      return { type, host, port, security, username: username ?? null, password: password ?? null, from, to };
    }
    case 'dingtalk':
    case 'feishu':
      return { type: written.type, url: written.url, signing: written.signing ?? null };
    case 'slack':
    case 'teams':
    case 'wecom':
      return { type: written.type, url: written.url };
    case 'pagerduty':
      return {
        type: written.type,
        routingKey: written.routingKey,
        url: written.url ?? 'https://events.pagerduty.com/v2/enqueue',
      };
    case 'twilio-sms':
    case 'twilio-voice': {
      const { type, accountSid, authToken, from, to } = written;
      return { type, accountSid, authToken, from, to, url: written.url ?? 'https://api.twilio.com' };
    }
    case 'webhook':
      return { type: written.type, url: written.url, signing: written.signing };
    case 'servicenow':
    case 'jira':
      return ticketWayOf(written);
  }
}

export function isTicketChannel(channel: ChannelSpec): channel is TicketChannelSpec {
  return channel.type === 'servicenow' || channel.type === 'jira';
}

/** What people are only ever called by, and tickets, are no place for a report. */
export function takesReports(type: ChannelType): boolean {
  return !['pagerduty', 'twilio-voice', 'servicenow', 'jira'].includes(type);
}

/** Names of the secrets that a channel needs. */
export function secretsOf(channel: ChannelSpec): string[] {
  const refs = Object.values(channel).flat() as unknown[];
  return refs.flatMap((value) =>
    value !== null && typeof value === 'object' && 'secret' in value && typeof value.secret === 'string'
      ? [value.secret]
      : [],
  );
}
