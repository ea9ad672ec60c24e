import type { AlertState } from '../../state/states.js';

/** What of an alert the machine looks at. Instants in epoch milliseconds. */
export interface AlertNow {
  readonly state: AlertState;
  /** Since when its condition has held. */
  readonly sinceMs: number;
}

export interface Asked {
  /** Whether the condition holds now. */
  readonly holds: boolean;
  /**
   * How often somebody saw since that it is over: good runs in a row; or infinitely often, for what is seen once, such as a
   * host that is back. Time alone ends no alert.
   */
  readonly goods: number;
  readonly nowMs: number;
}

export interface Patience {
  /** How long a condition has to hold before it counts. */
  readonly forMs: number;
  /** Good runs in a row that end it. */
  readonly resolveAfter: number;
}

/** The next state of an alert: ok → pending → firing (or acked) → recovering → resolved, and back while it is not over. */
export function nextAlert(now: AlertNow, asked: Asked, patience: Patience): AlertNow {
  return asked.holds ? whenItHolds(now, asked, patience) : whenItDoesNot(now, asked, patience);
}

function whenItHolds(now: AlertNow, { nowMs }: Asked, { forMs }: Patience): AlertNow {
  switch (now.state) {
    case 'ok':
    case 'resolved':
      return { state: forMs > 0 ? 'pending' : 'firing', sinceMs: nowMs };
    case 'pending':
      return nowMs - now.sinceMs >= forMs ? { ...now, state: 'firing' } : now;
    case 'recovering':
      return { ...now, state: 'firing' };
    case 'firing':
    case 'acked':
      return now;
  }
}

function whenItDoesNot(now: AlertNow, { goods }: Asked, { resolveAfter }: Patience): AlertNow {
  switch (now.state) {
    case 'ok':
    case 'resolved':
      return now;
    case 'pending':
      return { ...now, state: 'ok' };
    case 'firing':
    case 'acked':
      if (goods === 0) return now;
      return { ...now, state: goods >= resolveAfter ? 'resolved' : 'recovering' };
    case 'recovering':
      // A bad run that no condition is about: what seemed to be over is not.
      if (goods === 0) return { ...now, state: 'firing' };
      return { ...now, state: goods >= resolveAfter ? 'resolved' : 'recovering' };
  }
}
