/**
 * What the program that plays simulated hosts is told and what it tells, over Node's IPC. Both ends are processes of one
 * build, so these are types only.
 */
export interface FleetStart {
  readonly kind: 'start';
  readonly server: string;
  readonly token: string;
  readonly hosts: number;
  /** Names are `<prefix>-0001` and so on. */
  readonly prefix: string;
  /** Decides outcomes, durations, output and what is cut. */
  readonly seed: number;
  /** Part of the runs that fail, 0 to 1. */
  readonly failureRate: number;
  /** Longest time that a simulated program runs. */
  readonly longestRunMs: number;
  /** How many hosts may be on their way in at one time. */
  readonly joiningAtOnce: number;
  /** Comes back after a lost connection as real agents do; false: sooner, so that a short simulation sees its hosts again. */
  readonly realReconnect: boolean;
  /** Its hosts take secrets of the centre. */
  readonly withSecrets?: boolean;
  /** Where each host's own record of its runs goes at the end, one `LedgerRun` a line; null: none is kept. */
  readonly ledgerFile: string | null;
}

export type FleetOrder =
  | FleetStart
  /** From now on each host fires one of its jobs every so often on average, besides what its schedules say. */
  | { readonly kind: 'fire'; readonly everyMs: number }
  /** Destroys some connections in the middle, part of them behind half a frame. */
  | { readonly kind: 'cut'; readonly part: number }
  /** No run begins any more; answered with `quiet` when all ended and the server has acked everything. */
  | { readonly kind: 'quiesce'; readonly limitMs: number }
  | { readonly kind: 'stop' };

export type FleetReport =
  /** Asked for by `start`; `open` counts the hosts with a session. Said by a host again after each reconnect. */
  | { readonly kind: 'online'; readonly host: string; readonly atMs: number; readonly open: number }
  | { readonly kind: 'offline'; readonly host: string; readonly atMs: number; readonly open: number }
  /** A host has registered exactly what it should have; `jobs` of them. */
  | {
      readonly kind: 'applied';
      readonly host: string;
      readonly rev: number;
      readonly jobs: number;
      readonly atMs: number;
    }
  | { readonly kind: 'cut'; readonly sockets: number }
  /** The ledger is written. `undelivered`: hosts that still hold something that the server has not acked. */
  | { readonly kind: 'quiet'; readonly runs: number; readonly undelivered: number }
  | { readonly kind: 'failed'; readonly message: string };

/** A run as its host knows it. */
export interface LedgerRun {
  readonly host: string;
  readonly runId: string;
  readonly jobId: string;
  readonly startedAt: string;
  /** Null while it runs. */
  readonly end: {
    readonly finishedAt: string;
    readonly state: string;
    readonly exitCode: number | null;
    /** SHA-256 of what it wrote to standard output. */
    readonly stdoutSha256: string;
  } | null;
}

/** What the bare WebSocket server and its clients are told, with which a fleet is compared; each is a process of its own. */
export type BareOrder =
  | { readonly kind: 'serve' }
  /** Every so often each client sends as many bytes as an agent's heartbeat has. */
  | {
      readonly kind: 'connect';
      readonly url: string;
      readonly sockets: number;
      readonly beatMs: number;
      readonly beatBytes: number;
    }
  /** Asks on all its sockets at once; whoever is at the other ends answers. */
  | { readonly kind: 'ask'; readonly bytes: number };

export type BareReport =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'connected'; readonly ms: number }
  /** Of each socket, from the first byte to the answer. */
  | { readonly kind: 'answered'; readonly ms: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };
