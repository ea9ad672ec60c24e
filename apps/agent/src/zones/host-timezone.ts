let told: string | undefined;

/**
 * IANA zone of this host. Node maps Windows' own zone names to it (ICU `windowsZones`). Off Windows the emulated Task
 * Scheduler may be told another zone; agent and runner follow it, since triggers are written in the scheduler's clock.
 */
export function hostTimezone(env: NodeJS.ProcessEnv = process.env): string {
  return env.CARILLON_EMULATOR_TIMEZONE || told || runtimeTimezone();
}

/** What this process itself takes for the host's zone; the first question costs it some 8 MB and 15 ms. */
export function runtimeTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Somebody else asked already. */
export function tellHostTimezone(zone: string): void {
  told = zone;
}
