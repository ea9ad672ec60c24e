/**
 * What the program that plays the fleet of a demo is told and what it tells, over Node's IPC. Both ends are processes of
 * one build, so these are types only.
 */
export interface DemoStart {
  readonly kind: 'start';
  readonly server: string;
  /** Decides outcomes, durations, output and loads. */
  readonly seed: number;
  readonly hosts: readonly DemoHost[];
  /** By name of job; of others what they start is only played, too. Actions are carried out, whosever they are. */
  readonly plays: Readonly<Record<string, PlayScript>>;
  /** Keys of the hosts and how far they told; readable by its owner only. The fleet goes on with it when it is there. */
  readonly stateFile: string;
  /** Folder of what hosts have for disks, where their actions work. */
  readonly disks: string;
  /** Who answers for `example.com` in their requests: an address of this machine that ends with a slash. */
  readonly exampleUrl: string;
  readonly joiningAtOnce: number;
}

export interface DemoHost {
  readonly name: string;
  readonly os: string;
  readonly timezone: string;
  /** With which it joins; not needed by one that did in an earlier start. */
  readonly token: string | null;
  /** Usual use of processor, memory and the fullest disk, in percent. */
  readonly load: { readonly cpu: number; readonly memory: number; readonly disk: number };
  /** Tasks that the host has of its own. */
  readonly tasks: readonly ForeignTask[];
  /** Joins, tells what it did before it went away, and is not seen again after that instant. */
  readonly goneSinceMs: number | null;
  /** What becomes of an offer of a newer agent: how long it takes, and whether the host's owner lets it. */
  readonly upgrade: { readonly takesMs: number; readonly allowed: boolean };
}

export interface ForeignTask {
  readonly path: string;
  /** Task XML. */
  readonly xml: string;
}

/**
 * How a job goes. In texts `{host}`, `{site}`, `{date}`, `{time}`, `{n:10-99}` (a number) and `{pick:a|b|c}` are filled in.
 */
export interface PlayScript {
  readonly shortestMs: number;
  readonly longestMs: number;
  /** What a good run writes; none: nothing. */
  readonly says: readonly string[];
  /** The first that fits decides; none: all runs go well. */
  readonly failures: readonly PlayFailure[];
}

export interface PlayFailure {
  /** Names of hosts; null: on all. */
  readonly hosts: readonly string[] | null;
  /** Part of the runs, 0 to 1. */
  readonly rate: number;
  /** Only runs from so long before the fleet was first started, and up to so long before it, in hours; null: for ever. */
  readonly sinceHours: number | null;
  readonly untilHours: number | null;
  /** Unsigned 32 bits; null: it ran into its timeout. */
  readonly exitCode: number | null;
  /** To standard error, behind what a good run writes. */
  readonly says: readonly string[];
}

/** A run that is to be told though no schedule says so. */
export interface ToldRun {
  readonly host: string;
  readonly job: string;
  readonly startedMs: number;
  readonly durationMs: number;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type DemoOrder =
  | DemoStart
  /** Every host has its jobs: tell all runs that were due from then on, as an agent does that the centre did not
   * hear, and work on. A later start goes on where the one before ended. */
  | { readonly kind: 'past'; readonly fromMs: number }
  | { readonly kind: 'tell'; readonly runs: readonly ToldRun[] }
  /** Somebody does something to a registered task on its host. */
  | {
      readonly kind: 'tamper';
      readonly host: string;
      readonly job: string;
      readonly how: 'delete' | 'disable' | { readonly replace: string; readonly by: string };
      readonly account: string;
      readonly atMs: number;
    }
  | { readonly kind: 'stop' };

export type DemoReport =
  | { readonly kind: 'online'; readonly hosts: number }
  | { readonly kind: 'applied'; readonly host: string; readonly rev: number; readonly jobs: number }
  /** Hosts whose past the server has acked. */
  | { readonly kind: 'told'; readonly hosts: number; readonly runs: number }
  /** All orders before are done, and what came of them is acked. */
  | { readonly kind: 'done'; readonly order: DemoOrder['kind'] }
  | { readonly kind: 'failed'; readonly message: string };
