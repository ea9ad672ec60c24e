import { faultText } from '@carillon/core/alert/deliver/fault-text';
import { type Answer, fieldOf, httpFault, retryAfterMs } from '@carillon/core/alert/deliver/outcome';
import type { Reason } from '@carillon/core/alert/reason';
import type { TicketReading } from '@carillon/core/alert/ticket/take-in';
import type { RemoteTicket } from '@carillon/core/alert/ticket/ticket-link';
import type { AlertSeverity } from '@carillon/core/state/states';
import type { ChannelCheckPart, ChannelCheckText } from '@carillon/core/text/channel-check-texts';
import { describeError } from '../../queue/state-log.js';
import { BlockedAddress, httpSend } from '../senders/http-send.js';

/** What a ticket says. */
export interface TicketDraft {
  /** What it is found by. */
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly severity: AlertSeverity;
  readonly policy: string;
  readonly job: string | null;
  readonly host: string | null;
  /** What machines may want to know, by name. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A ticket that has to be read again. */
export interface ChangedTicket {
  readonly id: string;
  /** As in `RemoteTicket`. */
  readonly updated: string;
}

/** What a look at the settings found. */
export interface Finding {
  readonly what: ChannelCheckPart;
  readonly ok: boolean;
  readonly text: string;
  /** Why not, by code and figures, where the system or the way to it said so. */
  readonly says?: Pick<Reason, 'code' | 'figures'>;
}

/** One system of tickets. Everything throws `TicketError` when it does not go through. */
export interface TicketSystem {
  /** @param newest what `newest` said before it was made */
  find(key: string, newest: string | null): Promise<RemoteTicket | null>;
  /** The newest ticket of all, where a search cannot find at once what was just made; null: it can. */
  newest(): Promise<string | null>;
  create(draft: TicketDraft): Promise<RemoteTicket>;
  /** @returns null when it is not there any more */
  read(ticket: RemoteTicket): Promise<TicketReading | null>;
  comment(ticket: RemoteTicket, text: string): Promise<void>;
  /** Somebody looks after it. */
  acknowledge(ticket: RemoteTicket, text: string): Promise<RemoteTicket>;
  /** @param to as its API names people; null: nobody */
  assign(ticket: RemoteTicket, to: string | null): Promise<RemoteTicket>;
  setPriority(ticket: RemoteTicket, severity: AlertSeverity, text: string): Promise<void>;
  end(ticket: RemoteTicket, how: 'resolve' | 'close', text: string): Promise<RemoteTicket>;
  reopen(ticket: RemoteTicket, text: string): Promise<RemoteTicket>;
  /** Tickets of ours that changed since, each at least once; null: it keeps nothing that could change. */
  changedSince(sinceMs: number): Promise<ChangedTicket[] | null>;
  /** Whether it could do all of this; changes nothing there. */
  check(): Promise<Finding[]>;
}

/** `later`: nothing was done; `unknown`: it may have been; `problem`: a person has to mend it. */
export class TicketError extends Error {
  constructor(
    readonly kind: 'later' | 'unknown' | 'problem',
    readonly code: string,
    message: string,
    readonly afterMs?: number,
    readonly figures: NonNullable<Reason['figures']> = {},
  ) {
    super(message);
  }

  get reason(): Reason {
    const { code, message, figures } = this;
    return { code, text: message, figures };
  }
}

export interface TicketAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly allowPrivateAddresses: boolean;
  readonly nowMs: number;
  readonly timeoutMs: number;
}

export type Ask = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: object) => Promise<Answer | null>;

/** A page of tickets with all that people wrote into them. */
const answerBytes = 4 * 1024 * 1024;

/** Asks a ticket system; JSON both ways. Answers null for 404. Throws `TicketError`. */
export function askerOf(access: TicketAccess): Ask {
  const basic = Buffer.from(`${access.username}:${access.password}`).toString('base64');
  const headers = {
    authorization: `Basic ${basic}`,
    accept: 'application/json',
    'content-type': 'application/json; charset=utf-8',
  };
  const root = rootOf(access.url);
  return async (method, path, body) => {
    const request = { method, url: `${root}${path}`, headers, body: body === undefined ? '' : JSON.stringify(body) };
    const answer = await httpSend(request, { ...access, answerBytes }).catch((error: unknown) => {
      if (error instanceof BlockedAddress)
        throw new TicketError('problem', 'blocked_address', error.message, undefined, error.why.figures);
      const said = describeError(error);
      throw new TicketError('unknown', 'unreachable', said, undefined, { said });
    });
    if (answer.status === 404) return null;
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw errorOf(answer, access.nowMs);
  };
}

function errorOf({ status, headers, body }: Answer, nowMs: number): TicketError {
  const { code, message, figures = {} } = httpFault(status, faultText(body));
  const afterMs = retryAfterMs(headers['retry-after'], nowMs);
  // Too many requests: it says that it did nothing. Other failures of the server may come after it was done.
  if (status === 429 || status === 425) return new TicketError('later', code, message, afterMs, figures);
  if (status >= 500 || status === 408) return new TicketError('unknown', code, message, afterMs, figures);
  return new TicketError('problem', code, message, undefined, figures);
}

/** A field of an answer. @throws TicketError when the answer is not what it should be */
export function answered<T>(answer: Answer | null, field: string): T {
  const value = answer && fieldOf(answer.body, field);
  if (value === undefined || value === null)
    throw new TicketError(
      'unknown',
      'strange_answer',
      `the answer has no ${field}: ${answer?.body.slice(0, 200) ?? 'HTTP 404'}`,
      undefined,
      { field },
    );
  return value as T;
}

/** The address without what people leave behind it. */
export function rootOf(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Asks, and tells what came of it in words; a refusal is a finding, not an error. */
export async function finding(what: ChannelCheckPart, look: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, text: await look() };
  } catch (error) {
    return wrong(what, error);
  }
}

export function wrong(what: ChannelCheckPart, error: unknown): Finding {
  const says = error instanceof TicketError ? { says: { code: error.code, figures: error.figures } } : {};
  return { what, ok: false, text: describeError(error), ...says };
}

/** A flaw that a check found by itself. */
export class CheckFailed extends Error {
  constructor(override readonly message: ChannelCheckText) {
    super(message);
  }
}
