import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { signWebhook } from '../deliver/standard-webhooks.js';

/** A webhook as it came in. Names of headers in lower case. */
export interface IncomingHook {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its bytes; the signature is over these. */
  readonly body: Buffer;
}

export type HookVerdict =
  /** `delivery` is the same when the same one is sent again; null where the sender does not say. */
  | { readonly ok: true; readonly delivery: string | null }
  /** For the log only: who sent it is told nothing of it. */
  | { readonly ok: false; readonly why: 'no_signature' | 'no_secret' | 'wrong_signature' | 'not_now' };

/** What Standard Webhooks recommends. */
const windowMs = 5 * 60_000;
const signaturesRead = 8;
const deliveryCharacters = 200;
/** Stands in for a secret that there is not: the answer takes as long as with one. */
const noSecret = 'none';

/**
 * Whether a webhook was signed with one of the secrets: by `webhook-id`, `-timestamp` and `-signature` (Standard Webhooks,
 * with a window of five minutes), or by `X-Hub-Signature: sha256=…` (WebSub, as Jira signs; it has no time in it, so a
 * repeat has to do no harm).
 */
export function judgeHook({ headers, body }: IncomingHook, secrets: readonly string[], nowMs: number): HookVerdict {
  const keys = secrets.length > 0 ? secrets : [noSecret];
  const standard = one(headers['webhook-signature']);
  const hub = one(headers['x-hub-signature']) ?? one(headers['x-hub-signature-256']);
  if (standard === null && hub === null) return { ok: false, why: 'no_signature' };
  const isSigned = standard === null ? isHubSigned(hub ?? '', body, keys) : isStandardSigned(headers, body, keys);
  if (secrets.length === 0) return { ok: false, why: 'no_secret' };
  if (!isSigned) return { ok: false, why: 'wrong_signature' };
  if (standard === null) return { ok: true, delivery: deliveryOf(headers['x-atlassian-webhook-identifier']) };
  const ageMs = nowMs - Number(one(headers['webhook-timestamp'])) * 1_000;
  if (!(Math.abs(ageMs) <= windowMs)) return { ok: false, why: 'not_now' };
  return { ok: true, delivery: deliveryOf(headers['webhook-id']) };
}

function isStandardSigned(headers: IncomingHook['headers'], body: Buffer, secrets: readonly string[]): boolean {
  const [id, timestamp] = [one(headers['webhook-id']) ?? '', one(headers['webhook-timestamp']) ?? ''];
  const signed = `${id}.${timestamp}.${body.toString('utf8')}`;
  const given = (one(headers['webhook-signature']) ?? '').split(' ').slice(0, signaturesRead);
  return isAmong(
    given,
    secrets.map((secret) => signWebhook(secret, signed)),
  );
}

function isHubSigned(given: string, body: Buffer, secrets: readonly string[]): boolean {
  const expected = secrets.map((secret) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return isAmong([given.toLowerCase()], expected);
}

/** In a time that says nothing of how much of it fits. */
function isAmong(given: readonly string[], expected: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  let fits = false;
  for (const a of given) for (const b of expected) fits = timingSafeEqual(digest(a), digest(b)) || fits;
  return fits;
}

/** A header that came once. */
function one(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' ? header : null;
}

function deliveryOf(header: string | string[] | undefined): string | null {
  return (
    one(header)
      ?.replace(/\p{Cc}/gu, '')
      .slice(0, deliveryCharacters) || null
  );
}

/**
 * What a webhook calls its ticket: the id or key of a Jira issue and its labels (events of issues and comments), `sys_id`
 * and `correlation_id` of our ServiceNow business rule. Nothing else of it is believed: the ticket is read.
 */
export function ticketsNamed(payload: unknown): string[] {
  const body = partOf(payload);
  const issue = partOf(body.issue);
  const { labels } = partOf(issue.fields);
  const names = [body.sys_id, body.correlation_id, issue.id, ...(Array.isArray(labels) ? labels.slice(0, 50) : [])];
  return names.filter((name): name is string => typeof name === 'string' && /^[\w-]{1,300}$/.test(name));
}

function partOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
}
