/** Why something was decided: every stage of the alert pipeline answers with one, so that "why?" has an answer. */
export interface Reason {
  /** Stable name such as `consecutive_failures`; the dashboard owns the words for it. */
  readonly code: string;
  /** One English sentence without a full stop, with its figures. */
  readonly text: string;
  /** The figures by name. */
  readonly figures?: Readonly<Record<string, string | number | boolean | null>>;
}
