import type { AdoptionProblemText } from '../text/adoption-texts.js';
/** A named reason with its words. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** One part of a task as a job says it, or why it cannot. */
export interface Part<T> {
  readonly value: T | undefined;
  readonly problems: Reason[];
}

export function refused<T>(code: string, message: AdoptionProblemText): Part<T> {
  return { value: undefined, problems: [{ code, message }] };
}
