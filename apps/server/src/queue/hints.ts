/** What gateways do something about, for the hosts they hold. */
export const gatewayHintKinds = [
  'desired',
  'command',
  'session',
  'inventory',
  'upgrade',
  'admission',
  'secret',
] as const;
export type GatewayHintKind = (typeof gatewayHintKinds)[number];

export const hintKinds = [
  ...gatewayHintKinds,
  'alerts',
  'notices',
  'events',
  'tickets',
  'runs',
  'reported',
  'incidents',
  'access',
] as const;
export type HintKind = (typeof hintKinds)[number];

/**
 * A hint says that there may be something new in Postgres for some hosts. It carries ids only and may be lost,
 * doubled or late: gateways also poll. In one process, or between several through Redis.
 */
export interface Hint {
  /**
   * `inventory`: somebody wants to know the tasks of these hosts as they are now.
   * `upgrade`: there may be a newer agent for these hosts.
   * `admission`: somebody let these hosts in, takes them out, or wants another key of them.
   * `secret`: something that jobs of these hosts are given may be another now.
   * `session`: another socket of these hosts was accepted somewhere; whoever holds an older one lets go.
   * `alerts`: there are signals for the alert engine. `notices`: there are messages to deliver to channels, `events`: to
   * subscriptions; `tickets`: one of them is due. None of these names hosts.
   * `runs`: runs of these hosts were stored; of too many to name, when there are none. `reported`: so with what they say
   * of their assignments. `incidents`: some changed. These are for open dashboards; an older server drops what it does
   * not know. `access`: some session is over; and the rights of the accounts whose ids stand in place of hosts' are others.
   */
  readonly kind: HintKind;
  readonly hostIds: readonly string[];
  /** Of `notices` and `events`: which; one server is enough for them. */
  readonly ids?: readonly string[];
}

export interface HintsHealth {
  readonly mode: 'in-process' | 'redis';
  readonly ok: boolean;
  readonly message?: string;
}

export interface Hints {
  /** Never throws and never waits: a hint that cannot be sent is only delay. */
  publish(hint: Hint): void;
  /** @returns how to stop listening */
  subscribe(listener: (hint: Hint) => void): () => void;
  /** What `/readyz` shows. */
  health(): Promise<HintsHealth>;
}

/** Injection token. */
export const HINTS = Symbol('hints');
