import type { Dispatch } from '@carillon/core/alert/deliver/http-channels';
import { type HttpChannelSpec, outcomeOf, requestOf } from '@carillon/core/alert/deliver/http-channels';
import { messageOf } from '@carillon/core/alert/deliver/message';
import type { Outcome } from '@carillon/core/alert/deliver/outcome';
import {
  type ChannelSpec,
  isTicketChannel,
  secretsOf,
  takesReports,
} from '@carillon/core/alert/documents/channel.schema';
import type { NoticeContent } from '@carillon/core/alert/notice';
import { describeError } from '../../queue/state-log.js';
import { BlockedAddress, httpSend } from './http-send.js';
import { smtpSend } from './smtp-send.js';

export interface Letter {
  readonly key: string;
  readonly recipient: string | null;
  readonly content: NoticeContent;
}

export interface SenderOptions {
  readonly nowMs: number;
  /** By name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Of the server's configuration: all channels may reach addresses that are not public. */
  readonly allowPrivateAddresses: boolean;
  readonly timeoutMs?: number;
  /** Of a mail server's own authority. */
  readonly ca?: string;
}

const defaultTimeoutMs = 15_000;

/** One attempt to deliver a notice. Never throws: what goes wrong is an outcome. */
export async function sendNotice(channel: ChannelSpec, letter: Letter, options: SenderOptions): Promise<Outcome> {
  if (isTicketChannel(channel))
    return { kind: 'refused', code: 'ticket_channel', message: 'tickets are made of incidents, not of single notices' };
  if (letter.content.report && !takesReports(channel.type))
    return {
      kind: 'refused',
      code: 'no_reports',
      message: `a channel of type ${channel.type} takes no reports`,
      figures: { type: channel.type },
    };
  const missing = secretsOf(channel).find((name) => !options.secrets.has(name));
  if (missing !== undefined)
    return {
      kind: 'refused',
      code: 'no_secret',
      message: `secret ${missing} was not handed over: carillon secret set ${missing}`,
      figures: { secret: missing },
    };
  const dispatch: Dispatch = {
    ...letter,
    message: messageOf(letter.content, channel),
    nowMs: options.nowMs,
    secret: (name) => options.secrets.get(name) ?? '',
  };
  const allowPrivateAddresses = options.allowPrivateAddresses || channel.allowPrivateAddresses;
  const way = {
    allowPrivateAddresses,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    ...(options.ca ? { ca: options.ca } : {}),
  };
  try {
    if (channel.type === 'smtp') return await smtpSend(channel, dispatch, way);
    return await httpOutcome(channel, dispatch, way);
  } catch (error) {
    if (error instanceof BlockedAddress) return { kind: 'refused', ...error.why };
    const said = withoutSecrets(describeError(error), options);
    const why = { message: said, figures: { said } };
    if (error instanceof TypeError) return { kind: 'refused', code: 'bad_address', ...why };
    return { kind: 'retry', code: 'unreachable', ...why };
  }
}

async function httpOutcome(
  channel: HttpChannelSpec,
  dispatch: Dispatch,
  way: Parameters<typeof httpSend>[1],
): Promise<Outcome> {
  const answer = await httpSend(requestOf(channel, dispatch), way);
  return outcomeOf(channel, answer, dispatch.nowMs);
}

/** The address of some channels is their secret; errors like to name addresses. */
function withoutSecrets(text: string, { secrets }: SenderOptions): string {
  let clean = text;
  for (const value of secrets.values()) if (value.length > 3) clean = clean.replaceAll(value, '***');
  return clean;
}
