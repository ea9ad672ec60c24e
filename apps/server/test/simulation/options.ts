/** What a simulation is asked for, and what it answers. */

export interface Outcome {
  readonly seed: number;
  /** Empty when all is well. */
  readonly wrong: readonly string[];
  readonly steps: number;
  readonly runs: number;
  readonly commands: number;
  readonly virtualMs: number;
  /** Over everything that happened: the same seed gives the same. */
  readonly fingerprint: string;
}

/** Kinds of trouble, each by what it happens to. */
export type Trouble =
  | 'wires'
  | 'network'
  | 'agents'
  | 'writes'
  | 'power'
  | 'runners'
  | 'servers'
  | 'database'
  | 'repeats'
  | 'disks'
  | 'clocks'
  | 'snapshots';

export interface SimulationOptions {
  /** These kinds of trouble and no others, and more of them; otherwise each seed has some of all. */
  readonly only?: readonly Trouble[];
  readonly trace?: (line: string) => void;
  /** Breaks the product before the simulation begins. @returns how to mend it */
  readonly mutate?: () => () => void;
}
