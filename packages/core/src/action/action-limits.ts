const dayMs = 24 * 3_600_000;

/** Limits of the definitions of actions. */
export const actionLimits = {
  pathCharacters: 1_000,
  patterns: 100,
  patternCharacters: 500,
  ageMs: { min: 1_000, max: 3_660 * dayMs },
  bytes: { min: 0, max: Number.MAX_SAFE_INTEGER },
  keepNewest: 1_000_000,
  paths: 50,
  keptSets: 10_000,
  keptDays: 3_660,
} as const;
