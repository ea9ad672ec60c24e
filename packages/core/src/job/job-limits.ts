/** Limits of a job definition. Larger things belong in a file on the host or on a share. */
export const jobLimits = {
  nameCharacters: 100,
  descriptionCharacters: 2_000,
  scriptBytes: 64 * 1024,
  argumentCount: 100,
  argumentCharacters: 8_000,
  environmentEntries: 100,
  environmentCharacters: 4_000,
  scheduleEntries: 20,
  /** Sets of hosts on which a job is different. */
  overrides: 200,
  replacedTasks: 20,
  /** Single days or ranges of a calendar, in `only` and in `except` each. */
  calendarDays: 1_000,
  jitterMs: { min: 1_000, max: 12 * 3_600_000 },
  targetNames: 1_000,
  /** Signed text of one job version; must fit a protocol frame with room for JSON escapes. */
  manifestBytes: 160 * 1024,
  outputKeepBytes: { default: 1024 * 1024, min: 1024, max: 50 * 1024 * 1024 },
  timeoutMs: { min: 1_000, max: 31 * 24 * 3_600_000 },
  retryAttempts: 100,
  retryDelayMs: { min: 1_000, max: 24 * 3_600_000 },
  metricForMs: { default: 60_000, min: 5_000, max: 24 * 3_600_000 },
  waitUpToMs: { min: 1_000, max: 24 * 3_600_000 },
  rolloutRings: 10,
  /** Results that a rollout may wait for before it judges them. */
  rolloutMinimum: 1_000,
  soakMs: { min: 10_000, max: 31 * 24 * 3_600_000 },
  /** Without the centre. */
  orphanMs: { min: 3_600_000, max: 3_650 * 24 * 3_600_000 },
  everyMs: { min: 60_000, max: 31 * 24 * 3_600_000 },
} as const;
