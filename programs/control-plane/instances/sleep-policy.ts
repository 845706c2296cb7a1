/** When an app may go to sleep. Pure. */
export interface SleepFacts {
  /** Minutes from the app's own setting; null: the platform's default; 0: never. */
  appMinutes: number | null
  defaultMinutes: number
  /** Milliseconds since 1970. */
  now: number
  /** Last request, wake-up or deployment, whichever is later. */
  lastActiveAt: number
  inFlight: number
  /** Processes besides `web` that have instances: they work without requests, so sleep must be asked for. */
  otherProcesses: number
}

/** True when the app has been idle for its whole time. */
export function shouldSleep(facts: SleepFacts): boolean {
  const minutes = sleepAfterMinutes(facts)
  return minutes > 0 && facts.inFlight === 0 && facts.now - facts.lastActiveAt >= minutes * 60_000
}

/** Minutes without a request until sleep; 0 for never. */
export function sleepAfterMinutes(
  facts: Pick<SleepFacts, 'appMinutes' | 'defaultMinutes' | 'otherProcesses'>,
): number {
  if (facts.appMinutes !== null) return facts.appMinutes
  return facts.otherProcesses > 0 ? 0 : facts.defaultMinutes
}
