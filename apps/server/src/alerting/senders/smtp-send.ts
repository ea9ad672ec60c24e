import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isPublicAddress } from '@carillon/core/alert/deliver/address-guard';
import type { Dispatch } from '@carillon/core/alert/deliver/http-channels';
import { oneLine } from '@carillon/core/alert/deliver/line';
import { mailText } from '@carillon/core/alert/deliver/message';
import type { Outcome } from '@carillon/core/alert/deliver/outcome';
import type { ChannelOf } from '@carillon/core/alert/documents/channel.schema';
import { createTransport } from 'nodemailer';
import { htmlMail } from './html-mail.js';
import { BlockedAddress } from './http-send.js';

/** Replies of mail servers that will be the same tomorrow (RFC 5321, 4.2.1). */
const isPermanent = (code: number | undefined): boolean => code !== undefined && code >= 500 && code < 600;

export interface SmtpOptions {
  readonly allowPrivateAddresses: boolean;
  readonly timeoutMs: number;
  /** Certificates of a mail server's own authority; the usual ones when left out. */
  readonly ca?: string;
}

/** Hands a notice to the channel's mail server. */
export async function smtpSend(channel: ChannelOf<'smtp'>, dispatch: Dispatch, options: SmtpOptions): Promise<Outcome> {
  const address = await addressOf(channel.host, options.allowPrivateAddresses);
  const transport = createTransport({
    host: address,
    port: channel.port,
    secure: channel.security === 'tls',
    requireTLS: channel.security === 'starttls',
    ignoreTLS: channel.security === 'none',
    tls: { servername: channel.host, ...(options.ca ? { ca: options.ca } : {}) },
    connectionTimeout: options.timeoutMs,
    greetingTimeout: options.timeoutMs,
    socketTimeout: options.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(channel.username && channel.password
      ? { auth: { user: channel.username, pass: dispatch.secret(channel.password.secret) } }
      : {}),
  });
  try {
    const sent = await transport.sendMail(mailOf(channel, dispatch));
    return { kind: 'sent', providerId: oneLine(sent.response ?? '', 200) };
  } catch (error) {
    return outcomeOfError(error as SmtpError);
  } finally {
    transport.close();
  }
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

function outcomeOfError(error: SmtpError): Outcome {
  const code = error.responseCode ? `smtp_${error.responseCode}` : (error.code ?? 'smtp_failed').toLowerCase();
  const message = oneLine(error.message);
  // What does not fit the password or the encryption is for people to mend; asking again locks accounts.
  if (error.code === 'EAUTH' || isPermanent(error.responseCode))
    return { kind: 'refused', code, message, figures: { said: message } };
  return { kind: 'retry', code, message, figures: { said: message } };
}

/** A mail whose id is the same in every attempt, in the thread of its incident. */
function mailOf(channel: ChannelOf<'smtp'>, { key, recipient, content, message }: Dispatch) {
  const domain = channel.from.replace(/^.*@/, '').replace(/>$/, '') || 'carillon.invalid';
  const idOf = (text: string) => `<${createHash('sha256').update(text).digest('hex').slice(0, 40)}@${domain}>`;
  const thread = content.incident ? idOf(`incident ${content.incident.id}`) : undefined;
  const isFirst = content.reason === 'opened';
  return {
    from: channel.from,
    to: recipient ?? [...channel.to],
    subject: message.subject,
    text: mailText(message),
    html: htmlMail(message),
    messageId: thread && isFirst ? thread : idOf(key),
    ...(thread && !isFirst ? { inReplyTo: thread, references: thread } : {}),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Carillon-Key': oneLine(key, 200),
    },
    ...(message.severity === 'high' ? { priority: 'high' as const } : {}),
  };
}

async function addressOf(host: string, allowPrivate: boolean): Promise<string> {
  const addresses = await lookup(host, { all: true });
  const blocked = allowPrivate ? undefined : addresses.find(({ address }) => !isPublicAddress(address));
  if (blocked) throw new BlockedAddress(host, blocked.address);
  return addresses[0]?.address ?? host;
}
