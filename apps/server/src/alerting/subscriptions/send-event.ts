import { type Outcome, outcomeOfStatus } from '@carillon/core/alert/deliver/outcome';
import { signedHeaders } from '@carillon/core/alert/deliver/standard-webhooks';
import { eventBody } from '@carillon/core/alert/subscribe/event-body';
import { describeError } from '../../queue/state-log.js';
import type { SubscriptionRow } from '../../store/subscription.store.js';
import type { ClaimedDelivery } from '../../store/subscription-delivery.store.js';
import { BlockedAddress, httpSend } from '../senders/http-send.js';

const timeoutMs = 15_000;

interface Way {
  readonly nowMs: number;
  /** By name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly allowPrivateAddresses: boolean;
}

/** One attempt to send an event. Never throws: what goes wrong is an outcome. */
export async function sendEvent(
  { url, signing }: Pick<SubscriptionRow, 'url' | 'signing'>,
  { id, number, type, createdMs, data }: ClaimedDelivery,
  { nowMs, secrets, allowPrivateAddresses }: Way,
): Promise<Outcome> {
  const missing = signing.find((name) => !secrets.has(name));
  if (missing !== undefined) {
    const message = `secret ${missing} was not handed over: carillon secret set ${missing}`;
    return { kind: 'retry', code: 'no_secret', message, figures: { secret: missing } };
  }
  const body = eventBody({ number, type, atMs: createdMs, data });
  const signed = signedHeaders(
    { id, body, nowMs },
    signing.map((name) => secrets.get(name) ?? ''),
  );
  const headers = { 'content-type': 'application/json; charset=utf-8', ...signed };
  try {
    return outcomeOfStatus(await httpSend({ url, headers, body }, { allowPrivateAddresses, timeoutMs }), nowMs);
  } catch (error) {
    if (error instanceof BlockedAddress) return { kind: 'refused', ...error.why };
    const said = describeError(error);
    return { kind: 'retry', code: 'unreachable', message: said, figures: { said } };
  }
}
