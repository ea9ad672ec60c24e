/** When it is said what became of an expected run. */
export const missedRules = {
  /** A start that comes later than this is late; before it nothing is said. */
  graceMs: 5 * 60_000,
  /** What the agent saw reaches us within this time while it is connected. */
  tellMs: 3 * 60_000,
  /** A host that is back first collects what its runners left, then sends it. */
  settleMs: 2 * 60_000,
  /** Task Scheduler makes up for a missed start up to ten minutes after it can. */
  catchUpMs: 15 * 60_000,
  /** A connected host whose events do not come for so long after that: its run is unknown. */
  backlogMs: 10 * 60_000,
  /** A host that says nothing for so long did not run it, as far as anybody cares. */
  assumeMissedAfterMs: 24 * 60 * 60_000,
  /** After a start, or a break in the watch, silence means nothing for this long. */
  steadyMs: 5 * 60_000,
  /** Around a change of the registered version the host may have had either. */
  changedBeforeMs: 5 * 60_000,
  changedAfterMs: 60_000,
} as const;

/** When a verdict of `missed` is compared again with what has come meanwhile, after it was said. */
export const recheckAfterMs = [1, 5, 15, 60, 240, 720, 1_440, 4_320, 10_080].map((minutes) => minutes * 60_000);
