/** Tells the time to everything that decides about alerts, so that tests can move it. Epoch milliseconds. */
export type AlertClock = () => number;

/** Injection token. */
export const ALERT_CLOCK = Symbol('alert clock');
