/** How a try to get a session with one of several addresses ended. */
export interface TryEnd {
  /** Place of the address in the list of preference. */
  readonly place: number;
  /** A session was open. */
  readonly opened: boolean;
  /** Code of the refusal or of what went wrong; undefined after a session. */
  readonly code: string | undefined;
  /** The session was left because a better address answers again. */
  readonly isLeft: boolean;
}

/** Refusals that come from the centre, not from one of its addresses. */
const fromCentre = new Set(['unknown_agent', 'revoked', 'quarantined', 'bad_signature', 'not_enrolled', 'retired']);

/**
 * Which address to try next, and whether to wait before. All addresses are tried once without a wait between them; each
 * round begins with the best, as does the time after a session.
 */
export function nextServer(end: TryEnd, count: number): { place: number; wait: boolean } {
  if (end.isLeft) return { place: 0, wait: false };
  const another = !end.opened && !fromCentre.has(end.code ?? '') && end.place + 1 < count;
  return another ? { place: end.place + 1, wait: false } : { place: 0, wait: true };
}
