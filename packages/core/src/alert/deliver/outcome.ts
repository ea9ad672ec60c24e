import type { Reason } from '../reason.js';
import { faultText } from './fault-text.js';

/** Why it did not go out: a code, an English sentence, and its figures as `outcomeFigures` names them. */
export interface Undelivered {
  readonly code: string;
  readonly message: string;
  readonly figures?: NonNullable<Reason['figures']>;
}

/** What became of one attempt to deliver. */
export type Outcome =
  /** The provider has it; `providerId` names it there. */
  | { readonly kind: 'sent'; readonly providerId?: string }
  /** It may go through later; not before `afterMs` where the provider says so. */
  | ({ readonly kind: 'retry'; readonly afterMs?: number } & Undelivered)
  /** Trying again would be refused again. `gone`: the whole channel is. */
  | ({ readonly kind: 'refused'; readonly gone?: boolean } & Undelivered);

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Its first bytes. */
  readonly body: string;
}

/** Client errors that may pass by themselves: time-out, conflict, too early, too many. */
const passing = [408, 409, 425, 429];

/** The part that is the same for all: the status of HTTP. */
export function outcomeOfStatus({ status, headers, body }: Answer, nowMs: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent' };
  const said = faultText(body);
  const why = httpFault(status, said);
  if (status === 410) return { kind: 'refused', gone: true, ...why };
  if (status >= 500 || passing.includes(status)) {
    const afterMs = retryAfterMs(headers['retry-after'], nowMs);
    return { kind: 'retry', ...why, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  // Redirects are not followed: they could lead anywhere.
  return { kind: 'refused', ...why };
}

/** What a status of HTTP is called. @param said what the body said in plain words; empty: nothing */
export function httpFault(status: number, said: string): Undelivered {
  const figures = said ? { status, said } : { status };
  return { code: `http_${status}`, message: `HTTP ${status}${said ? `: ${said}` : ''}`, figures };
}

/** No provider asks for longer; one that does is not believed. */
const longestMs = 24 * 3_600_000;

/** `Retry-After`: seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  // The runtime's own reading of dates takes far more than is meant here.
  const isDate = /^[A-Z][a-z]{2,8}, .* GMT$/.test(text);
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : isDate ? Date.parse(text) - nowMs : Number.NaN;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, longestMs) : undefined;
}

/** A field of a JSON answer; undefined where there is none. */
export function fieldOf(body: string, ...names: readonly string[]): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (parsed === null || typeof parsed !== 'object') return undefined;
  for (const name of names) if (name in parsed) return (parsed as Record<string, unknown>)[name];
  return undefined;
}
