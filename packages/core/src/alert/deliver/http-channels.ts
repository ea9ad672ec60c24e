import { createHmac } from 'node:crypto';
import type { AlertSeverity } from '../../state/states.js';
import type { ChannelOf, ChannelSpec, ChannelType } from '../documents/channel.schema.js';
import type { NoticeContent } from '../notice.js';
import { oneLine } from './line.js';
import { cutBytes, type Message, plainText } from './message.js';
import { type Answer, fieldOf, type Outcome, outcomeOfStatus } from './outcome.js';
import { signedHeaders } from './standard-webhooks.js';
import { words } from './words.js';

/** A request as it goes out. */
export interface HttpRequest {
  /** POST where nothing is said. */
  readonly method?: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a request is made of. */
export interface Dispatch {
  /** Unique; the same in every attempt, so that receivers can tell repeats. */
  readonly key: string;
  readonly recipient: string | null;
  readonly content: NoticeContent;
  readonly message: Message;
  readonly nowMs: number;
  /** Value of a secret. @throws where it was not handed over */
  readonly secret: (name: string) => string;
}

type HttpType = Exclude<ChannelType, 'smtp' | 'servicenow' | 'jira'>;

interface HttpChannel<T extends HttpType> {
  /** Builds the request. Limits and fields as the provider documents them. */
  request(channel: ChannelOf<T>, dispatch: Dispatch): HttpRequest;
  /** What an answer means; some say in the body of a 200 that it went wrong. */
  outcome(answer: Answer, nowMs: number): Outcome;
}

const json = { 'content-type': 'application/json; charset=utf-8' };

/** DingTalk, custom robots: `errcode` of a 200; signature over time and secret, HMAC with the secret as key. */
const dingtalk: HttpChannel<'dingtalk'> = {
  request(channel, { message, nowMs, secret }) {
    const url = new URL(secret(channel.url.secret));
    if (channel.signing) {
      const key = secret(channel.signing.secret);
      url.searchParams.set('timestamp', String(nowMs));
      url.searchParams.set('sign', createHmac('sha256', key).update(`${nowMs}\n${key}`).digest('base64'));
    }
    const text = cutBytes(markdownOf(message), 18_000);
    const body = { msgtype: 'markdown', markdown: { title: message.subject, text } };
    return { url: url.href, headers: json, body: JSON.stringify(body) };
  },
  outcome: (answer, nowMs) => codedOutcome(answer, nowMs, ['errcode'], ['errmsg'], [130_101, 410_100, -1]),
};

/** Feishu and Lark, custom robots: `code` of a 200; the key of the HMAC is time and secret, its message empty. */
const feishu: HttpChannel<'feishu'> = {
  request(channel, { message, nowMs, secret }) {
    const seconds = String(Math.floor(nowMs / 1_000));
    const signed = channel.signing
      ? {
          timestamp: seconds,
          sign: createHmac('sha256', `${seconds}\n${secret(channel.signing.secret)}`)
            .update('')
            .digest('base64'),
        }
      : {};
    const text = cutBytes(`${message.subject}\n\n${plainText(message)}`, 18_000);
    return {
      url: secret(channel.url.secret),
      headers: json,
      body: JSON.stringify({ ...signed, msg_type: 'text', content: { text } }),
    };
  },
  outcome: (answer, nowMs) =>
    codedOutcome(answer, nowMs, ['code', 'StatusCode'], ['msg', 'StatusMessage'], [11_232, 9_499]),
};

/** WeCom group robots: `errcode` of a 200; markdown of 4,096 bytes at most. */
const wecom: HttpChannel<'wecom'> = {
  request: (channel, { message, secret }) => ({
    url: secret(channel.url.secret),
    headers: json,
    body: JSON.stringify({
      msgtype: 'markdown',
      markdown: { content: cutBytes(`**${message.subject}**\n${markdownOf(message)}`, 4_096) },
    }),
  }),
  outcome: (answer, nowMs) => codedOutcome(answer, nowMs, ['errcode'], ['errmsg'], [45_009, -1]),
};

/** Slack, incoming webhooks: the answer is the text `ok`. */
const slack: HttpChannel<'slack'> = {
  request(channel, { message, secret }) {
    const lines = [
      `*${slackText(message.subject)}*`,
      slackText(message.text),
      ...message.facts.map(({ name, value }) => `*${slackText(name)}:* ${slackText(value)}`),
      ...(message.output ? [`\`\`\`${slackText(message.output).replaceAll('```', "'''")}\`\`\``] : []),
      message.links.map(({ name, url }) => `<${encodeURI(decodeSafely(url))}|${slackText(name)}>`).join('  '),
    ];
    const text = cutBytes(lines.filter(Boolean).join('\n'), 3_900);
    return { url: secret(channel.url.secret), headers: json, body: JSON.stringify({ text, unfurl_links: false }) };
  },
  outcome(answer, nowMs) {
    const outcome = outcomeOfStatus(answer, nowMs);
    if (outcome.kind !== 'sent' || answer.body.trim() === 'ok' || answer.body.trim() === '') return outcome;
    if (fieldOf(answer.body, 'ok') === true) return outcome;
    const error = fieldOf(answer.body, 'error') ?? answer.body.slice(0, 200);
    return {
      kind: 'refused',
      code: 'slack_error',
      message: `Slack says ${String(error)}`,
      figures: { said: String(error) },
    };
  },
};

/** Teams, a workflow that posts an Adaptive Card: 28 KB at most, of which about 21 are left. */
const teams: HttpChannel<'teams'> = {
  request(channel, { message, secret }) {
    const colour = message.severity === 'high' ? 'Attention' : message.severity === 'medium' ? 'Warning' : 'Default';
    const card = {
      type: 'AdaptiveCard',
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      version: '1.4',
      body: [
        {
          type: 'TextBlock',
          text: teamsText(message.subject),
          weight: 'Bolder',
          size: 'Medium',
          wrap: true,
          color: colour,
        },
        { type: 'TextBlock', text: teamsText(cutBytes(message.text, 4_000)), wrap: true },
        { type: 'FactSet', facts: message.facts.map(({ name, value }) => ({ title: name, value: teamsText(value) })) },
        ...(message.output
          ? [{ type: 'TextBlock', text: teamsText(cutBytes(message.output, 8_000)), wrap: true, fontType: 'Monospace' }]
          : []),
      ],
      actions: message.links.map(({ name, url }) => ({ type: 'Action.OpenUrl', title: name, url })),
    };
    const attachments = [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card }];
    return { url: secret(channel.url.secret), headers: json, body: JSON.stringify({ type: 'message', attachments }) };
  },
  outcome: (answer, nowMs) => outcomeOfStatus(answer, nowMs),
};

const pagerSeverities: Readonly<Record<AlertSeverity, string>> = { low: 'warning', medium: 'error', high: 'critical' };

/** PagerDuty Events API v2: 202 means taken; the same key is the same alert, from trigger to resolve. */
const pagerduty: HttpChannel<'pagerduty'> = {
  request(channel, { message, content, key, secret }) {
    const { incident, reason } = content;
    const action = reason === 'resolved' ? 'resolve' : reason === 'acked' ? 'acknowledge' : 'trigger';
    const body = {
      routing_key: secret(channel.routingKey.secret),
      event_action: action,
      dedup_key: (incident ? `carillon-${incident.id}` : key).slice(0, 255),
      ...(action === 'trigger'
        ? {
            payload: {
              summary: oneLine(message.subject, 1_024),
              source: oneLine(content.host ?? content.job ?? 'carillon', 255),
              severity: pagerSeverities[message.severity ?? 'low'],
              class: incident?.policy,
              custom_details: {
                text: message.text,
                ...Object.fromEntries(message.facts.map(({ name, value }) => [name, value])),
                ...(message.output ? { output: cutBytes(message.output, 8_000) } : {}),
              },
            },
            links: message.links.map(({ name, url }) => ({ href: url, text: name })),
          }
        : {}),
    };
    return { url: channel.url, headers: json, body: JSON.stringify(body) };
  },
  outcome(answer, nowMs) {
    const outcome = outcomeOfStatus(answer, nowMs);
    const id = fieldOf(answer.body, 'dedup_key');
    return outcome.kind === 'sent' && typeof id === 'string' ? { kind: 'sent', providerId: id } : outcome;
  },
};

/** Segments of an SMS: 160 characters of the plain alphabet, 70 of any other; three at most. */
const plainSms = 160;
const wideSms = 70;
const segments = 3;

function smsText({ subject, links }: Message): string {
  const link = links[0] ? `\n${links[0].url}` : '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the plain alphabet, roughly
  const room = segments * (/^[\u0000-\u007f]*$/.test(subject + link) ? plainSms : wideSms);
  return `${oneLine(subject, Math.max(20, room - link.length))}${link}`;
}

function twilioOutcome(answer: Answer, nowMs: number): Outcome {
  const outcome = outcomeOfStatus(answer, nowMs);
  const failed = fieldOf(answer.body, 'error_code');
  if (outcome.kind === 'sent' && failed !== null && failed !== undefined) {
    const message = String(fieldOf(answer.body, 'error_message') ?? failed);
    return { kind: 'refused', code: `twilio_${String(failed)}`, message, figures: { said: message } };
  }
  const id = fieldOf(answer.body, 'sid');
  return outcome.kind === 'sent' && typeof id === 'string' ? { kind: 'sent', providerId: id } : outcome;
}

function twilioRequest(
  channel: ChannelOf<'twilio-sms'> | ChannelOf<'twilio-voice'>,
  resource: 'Messages' | 'Calls',
  { recipient, secret }: Dispatch,
  fields: Readonly<Record<string, string>>,
): HttpRequest {
  const authorization = `Basic ${Buffer.from(`${channel.accountSid}:${secret(channel.authToken.secret)}`).toString('base64')}`;
  const to = recipient ?? channel.to[0] ?? '';
  return {
    url: new URL(`/2010-04-01/Accounts/${encodeURIComponent(channel.accountSid)}/${resource}.json`, channel.url).href,
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization },
    body: new URLSearchParams({ From: channel.from, To: to, ...fields }).toString(),
  };
}

/** Twilio's Messages and Calls resources, or whatever has their shape. One request for each number. */
const sms: HttpChannel<'twilio-sms'> = {
  request: (channel, dispatch) => twilioRequest(channel, 'Messages', dispatch, { Body: smsText(dispatch.message) }),
  outcome: twilioOutcome,
};
const voice: HttpChannel<'twilio-voice'> = {
  request(channel, dispatch) {
    const { severities, spoken } = words[channel.language];
    const { subject, severity } = dispatch.message;
    const language = channel.language === 'zh' ? 'zh-CN' : 'en-US';
    const text = xmlText(spoken(severities[severity ?? 'low'], subject));
    const said = `<Say language="${language}">${text}</Say><Pause length="1"/><Say language="${language}">${text}</Say>`;
    return twilioRequest(channel, 'Calls', dispatch, { Twiml: `<Response>${said}</Response>` });
  },
  outcome: twilioOutcome,
};

/** Standard Webhooks: id, time and signature; secrets of the form `whsec_…` (HMAC) or `whsk_…` (Ed25519, v1a). */
const webhook: HttpChannel<'webhook'> = {
  request(channel, { content, key, nowMs, secret }) {
    const type = content.report ? 'report' : `incident.${content.reason}`;
    const body = cutWebhook({ type, timestamp: new Date(nowMs).toISOString(), data: content });
    const secrets = channel.signing.map((ref) => secret(ref.secret));
    const headers = signedHeaders({ id: key, body, nowMs }, secrets);
    return { url: channel.url, headers: { ...json, ...headers }, body };
  },
  outcome: (answer, nowMs) => outcomeOfStatus(answer, nowMs),
};

/** The specification asks for less than 20 kB. */
const webhookBytes = 19_000;

function cutWebhook(payload: { type: string; timestamp: string; data: NoticeContent }): string {
  const whole = JSON.stringify(payload);
  const { run, report } = payload.data;
  if (report && Buffer.byteLength(whole) > webhookBytes && report.jobs.length > 0) {
    const jobs = report.jobs.slice(0, Math.floor(report.jobs.length / 2));
    const moreJobs = report.moreJobs + report.jobs.length - jobs.length;
    return cutWebhook({ ...payload, data: { ...payload.data, report: { ...report, jobs, moreJobs } } });
  }
  if (Buffer.byteLength(whole) <= webhookBytes || !run?.output) return whole;
  const room = webhookBytes - (Buffer.byteLength(whole) - Buffer.byteLength(JSON.stringify(run.output)));
  const output = room > 200 ? cutBytes(run.output, Math.floor(room / 2)) : null;
  return JSON.stringify({ ...payload, data: { ...payload.data, run: { ...run, output } } });
}

const channels: { readonly [T in HttpType]: HttpChannel<T> } = {
  slack,
  teams,
  dingtalk,
  feishu,
  wecom,
  pagerduty,
  'twilio-sms': sms,
  'twilio-voice': voice,
  webhook,
};

export type HttpChannelSpec = Extract<ChannelSpec, { readonly type: HttpType }>;

/** The request that carries a notice to its channel. */
export function requestOf(channel: HttpChannelSpec, dispatch: Dispatch): HttpRequest {
  return (channels[channel.type] as HttpChannel<HttpType>).request(channel as never, dispatch);
}

/** What the channel's answer to it means. */
export function outcomeOf(channel: HttpChannelSpec, answer: Answer, nowMs: number): Outcome {
  return channels[channel.type].outcome(answer, nowMs);
}

function codedOutcome(
  answer: Answer,
  nowMs: number,
  codes: readonly string[],
  texts: readonly string[],
  passing: readonly number[],
): Outcome {
  const outcome = outcomeOfStatus(answer, nowMs);
  if (outcome.kind !== 'sent') return outcome;
  const code = Number(fieldOf(answer.body, ...codes));
  if (code === 0) return outcome;
  if (!Number.isFinite(code))
    return {
      kind: 'retry',
      code: 'unreadable_answer',
      message: `no ${codes[0]} in the answer: ${answer.body.slice(0, 200)}`,
      figures: { field: codes[0] ?? '', said: answer.body.slice(0, 200) },
    };
  const message = `${codes[0]} ${code}: ${String(fieldOf(answer.body, ...texts) ?? '')}`;
  const why = { code: `code_${code}`, message, figures: { said: message } };
  return passing.includes(code) ? { kind: 'retry', ...why } : { kind: 'refused', ...why };
}

function markdownOf({ text, facts, output, links }: Message): string {
  const quoted = output
    ? output
        .trimEnd()
        .split('\n')
        .map((line) => `> ${markdownText(line)}`)
        .join('\n')
    : '';
  const parts = [
    markdownText(text),
    facts.map(({ name, value }) => `- ${markdownText(name)}: ${markdownText(value)}`).join('\n'),
    quoted,
    links.map(({ name, url }) => `[${markdownText(name)}](${encodeURI(decodeSafely(url))})`).join('  '),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!<>|~]/g, '\\$&');
}

/** Slack's own escape: these three and no others. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cards read a little markdown; links in it would be links of strangers. */
function teamsText(text: string): string {
  return text.replace(/[[\]*_~`]/g, '\\$&');
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}
