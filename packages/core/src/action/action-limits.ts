const dayMs = 24 * 3_600_000;

/** Limits of the definitions of actions. */
export const actionLimits = {
  pathCharacters: 1_000,
  patterns: 100,
  patternCharacters: 500,
  ageMs: { min: 1_000, max: 3_660 * dayMs },
  bytes: { min: 0, max: Number.MAX_SAFE_INTEGER },
  keepNewest: 1_000_000,
  urlCharacters: 2_000,
  headers: 50,
  headerCharacters: 4_000,
  bodyCharacters: 64 * 1024,
  checks: 50,
  matchCharacters: 500,
  pages: 1_000,
  httpAttempts: 20,
  httpDelayMs: { min: 1_000, max: 3_600_000 },
  httpTimeoutMs: { min: 1_000, max: 3_600_000 },
  latencyMs: { min: 1, max: 3_600_000 },
  httpBytes: { min: 1, max: 100 * 1024 ** 2 },
  breakerAfter: 100,
  breakerMs: { min: 1_000, max: 30 * dayMs },
  watched: 50,
  watchedCharacters: 256,
  logFiles: 1_000,
  logBytes: { min: 64 * 1024, max: 1024 ** 3 },
  rotateAfterMs: { min: 60_000, max: 3_660 * dayMs },
  reportChannels: 10,
  reportPeriodMs: { min: 60_000, max: 31 * dayMs },
  paths: 50,
  keptSets: 10_000,
  keptDays: 3_660,
} as const;

/** What a request of an action is without being told; answers are held in memory until they are judged. */
export const httpDefaults = {
  http: { timeoutMs: 30_000, maxBytes: 10 * 1024 ** 2 },
  healthCheck: { timeoutMs: 10_000, maxBytes: 1024 ** 2 },
} as const;

/** How much a log of samples keeps without being told. */
export const metricsDefaults = { files: 5, bytes: 10 * 1024 ** 2 } as const;

/** Over what a report tells without being told. */
export const reportDefaults = { periodMs: dayMs } as const;

/** Waits that a server asks for (`Retry-After`) beyond this are not waited for. */
export const longestRetryAfterMs = 300_000;
/** Redirects in a row. */
export const mostRedirects = 10;
