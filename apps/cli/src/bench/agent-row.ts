/** One figure about the agent, with what it must not exceed, a baseline of the same run, and peers where known. */
export interface AgentRow {
  readonly name: string;
  readonly unit: string;
  /** Null where this system does not tell. */
  readonly value: number | null;
  readonly limit: number;
  readonly baseline: { readonly name: string; readonly value: number | null };
  /** Of the same kind, measured on another day on a machine of this size. */
  readonly peers: string;
}
