/**
 * What became of a notice, an event or a step of a ticket, each with its figures. `said` is what the other side, or the
 * system below us, said in its own words; `last` is the code of an outcome, whose figures stand beside it.
 */
export const outcomeFigures = {
  sent: [],
  split: ['numbers'],
  to_ticket: [],
  merged: ['others'],
  channel_off: ['channel'],
  no_channel: ['channel'],
  subscription_off: [],
  subscription_stopped: [],
  too_late: [],
  given_up: ['attempts', 'last'],
  breaker_open: ['name'],
  rate_limited: ['name', 'perMinute'],
  gone: [],
  failing: [],
  ticket_channel: [],
  no_reports: ['type'],
  no_secret: ['secret'],
  blocked_address: ['host', 'address'],
  bad_address: ['said'],
  unreachable: ['said'],
  failed: ['said'],
  http: ['status', 'said'],
  slack_error: ['said'],
  /** Its own number and words: `smtp_550`, `code_310000`, `twilio_21211`. */
  provider: ['said'],
  unreadable_answer: ['field', 'said'],
  strange_answer: ['field'],
  no_close_code: ['wanted', 'known'],
  no_transition: ['name', 'known'],
  no_ticket: [],
  too_many: ['most'],
} as const satisfies Record<string, readonly string[]>;
export type OutcomeCode = keyof typeof outcomeFigures;

/** Which words an outcome has; null: of a newer server. */
export function wordOfOutcome(
  code: string,
  figures: Readonly<Record<string, unknown>> | null | undefined,
): OutcomeCode | null {
  if (code.startsWith('http_')) return 'http';
  if (Object.hasOwn(outcomeFigures, code)) return code as OutcomeCode;
  return figures?.said === undefined ? null : 'provider';
}
