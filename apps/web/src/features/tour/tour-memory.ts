/** What became of the offer: gone to the end, left on the way, or not wanted. */
const outcomes = ['done', 'left', 'no'] as const;
export type TourOutcome = (typeof outcomes)[number];

const keyOf = (user: string) => `carillon-tour:${user}`;

/** What this user did in this browser; null: it was not offered yet. */
export function tourOutcome(user: string): TourOutcome | null {
  const kept = localStorage.getItem(keyOf(user));
  return outcomes.find((known) => known === kept) ?? null;
}

/** Who went to the end once has seen it. */
export function keepTourOutcome(user: string, outcome: TourOutcome): void {
  if (tourOutcome(user) !== 'done') localStorage.setItem(keyOf(user), outcome);
}
