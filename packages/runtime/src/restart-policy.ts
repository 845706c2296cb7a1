/** What to do about an instance that ended although it should run. */
export type Restart =
  | { kind: 'restart'; delayMs: number }
  /** It crashes whenever it is started. `reason` is a sentence for the app's owner. */
  | { kind: 'stop'; reason: string }

const LOOP_CRASHES = 10
const LOOP_WINDOW_MS = 10 * 60_000
/** A run of this length counts as healthy: the next crash is a first one again. Longer than the longest delay. */
const HEALTHY_AFTER_MS = 2 * 60_000
const FIRST_DELAY_MS = 100
const SECOND_DELAY_MS = 500
const LONGEST_DELAY_MS = 30_000

/**
 * Decides after a crash. Pure.
 * `crashes`: when the instances of this process crashed, this crash included (ms since 1970, any order).
 * The first crash after a healthy time restarts at once, each further one waits twice as long, with jitter (half to
 * all of it, so that many apps that crashed together do not come back together); ten in ten minutes stop it.
 */
export function nextRestart(
  crashes: readonly number[],
  now: number,
  { random = Math.random }: { random?: () => number } = {},
): Restart {
  const past = crashes.filter(time => time <= now).sort((a, b) => a - b) // a clock that was set back leaves later ones
  const inWindow = past.filter(time => time > now - LOOP_WINDOW_MS)
  if (inWindow.length >= LOOP_CRASHES) return { kind: 'stop', reason: loopReason(inWindow.length) }
  const longestMs = delayForCrash(crashesInARow(past, now))
  return { kind: 'restart', delayMs: Math.round(longestMs * (0.5 + random() / 2)) }
}

/** How many of the last crashes followed each other without a healthy run in between. */
function crashesInARow(past: readonly number[], now: number): number {
  let count = 0
  let later = now
  for (const time of past.toReversed()) {
    if (later - time >= HEALTHY_AFTER_MS) break
    later = time
    count++
  }
  return count
}

function delayForCrash(count: number): number {
  if (count <= 1) return FIRST_DELAY_MS
  return Math.min(LONGEST_DELAY_MS, SECOND_DELAY_MS * 2 ** (count - 2))
}

function loopReason(count: number): string {
  return (
    `It crashed ${count} times in 10 minutes, so it is not started again. ` +
    'Look at its log for the cause, then deploy a version that fixes it, or restart it by hand.'
  )
}
