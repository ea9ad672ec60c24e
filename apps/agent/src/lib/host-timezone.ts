/**
 * IANA zone of this host. Node maps Windows' own zone names to it (ICU `windowsZones`). Off Windows the emulated Task
 * Scheduler may be told another zone; agent and runner follow it, since triggers are written in the scheduler's clock.
 */
export function hostTimezone(env: NodeJS.ProcessEnv = process.env): string {
  return env.CARILLON_EMULATOR_TIMEZONE || Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
