import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './log.ts'
import { type ProcessEnd, waitForProcessEnd } from './process-end.ts'

/** Something that a program starts and stops: a server, a pool, a poller. */
export interface LifecyclePart {
  name: string
  start?(): unknown
  /** Called once, and only if `start` succeeded. Refuse new work, finish what runs, release. */
  stop?(): unknown
}

export interface LifecycleOptions {
  log: Logger
  /** For the stop of all parts together. 10 seconds unless told. */
  stopDeadlineMs?: number
}

export interface StopOutcome {
  /** Whether every part stopped in time and without an error. */
  clean: boolean
  /** The parts that did not. */
  failed: string[]
}

export interface Lifecycle {
  /** Parts start in the order in which they are added. Throws once `start` was called. */
  add(part: LifecyclePart): void
  /** Starts all parts. If one fails, stops those that had started, and rejects with the failure. */
  start(): Promise<void>
  /** Stops what has started, last first. Never rejects. A start in flight is awaited, and begins no further part. */
  stop(): Promise<StopOutcome>
  /**
   * Starts, waits for SIGTERM, SIGINT, or an error that nobody caught, stops, and ends the process:
   * with 0 after a clean stop on a signal, else with 1. A second signal ends it at once.
   */
  runUntilSignal(): Promise<void>
}

/** Both `start` and `stop` may be called again and at the same time: callers share one run of each. */
export function createLifecycle({ log, stopDeadlineMs = 10_000 }: LifecycleOptions): Lifecycle {
  const parts: LifecyclePart[] = []
  const started: LifecyclePart[] = []
  let starting: Promise<void> | undefined
  let stopping: Promise<StopOutcome> | undefined

  const lifecycle: Lifecycle = {
    add(part) {
      if (starting || stopping) throw new Error(`Part '${part.name}' came too late: the start has begun.`)
      parts.push(part)
    },
    start() {
      if (stopping && !starting)
        return Promise.reject(new Error('The program was stopped before it started.'))
      starting ??= startAll()
      return starting
    },
    stop() {
      stopping ??= stopAll(starting)
      return stopping
    },
    runUntilSignal: () => runUntilSignal(lifecycle, log),
  }
  return lifecycle

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (stopping) throw new Error(`The program was stopped before '${part.name}' started.`)
      await startPart(part)
    }
  }

  async function startPart(part: LifecyclePart): Promise<void> {
    const began = performance.now()
    try {
      await part.start?.()
    } catch (error) {
      log.error({ part: part.name, err: error }, 'part failed to start')
      await undoStart()
      throw error
    }
    started.push(part)
    log.debug({ part: part.name, durationMs: since(began) }, 'part started')
  }

  /** Not `stop()`, which awaits the start that we are in; one that runs already does the work after us. */
  async function undoStart(): Promise<void> {
    if (stopping) return
    stopping = stopAll()
    await stopping
  }

  async function stopAll(startInFlight?: Promise<void>): Promise<StopOutcome> {
    const deadline = performance.now() + stopDeadlineMs
    await withinDeadline(
      startInFlight?.catch(() => {}),
      deadline,
    )
    const failed: string[] = []
    // Past the deadline the rest is still told to stop, so that each part gets its chance to release.
    for (const part of started.reverse()) if (!(await stopPart(part, deadline))) failed.push(part.name)
    return { clean: failed.length === 0, failed }
  }

  async function stopPart(part: LifecyclePart, deadline: number): Promise<boolean> {
    const began = performance.now()
    try {
      const inTime = await withinDeadline(Promise.resolve(part.stop?.()), deadline)
      if (inTime) log.debug({ part: part.name, durationMs: since(began) }, 'part stopped')
      else log.warn({ part: part.name, stopDeadlineMs }, 'part did not stop in time')
      return inTime
    } catch (error) {
      log.error({ part: part.name, err: error }, 'part failed to stop')
      return false
    }
  }
}

/** Whether `work` ended before the deadline. Rejects if it does. */
async function withinDeadline(work: Promise<unknown> | undefined, deadline: number): Promise<boolean> {
  if (work === undefined) return true
  const timer = new AbortController()
  const remainingMs = Math.max(0, deadline - performance.now())
  const late = sleep(remainingMs, false, { signal: timer.signal }).catch(() => false)
  // After the race nobody listens to a late failure, which must not end the process as unhandled.
  work.catch(() => {})
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    timer.abort()
  }
}

async function runUntilSignal(lifecycle: Lifecycle, log: Logger): Promise<void> {
  const processEnd = waitForProcessEnd(log)
  const start = lifecycle.start().then(
    () => undefined,
    (): ProcessEnd => ({ exitCode: 1 }),
  )
  // A signal during the start counts too; a start that succeeds leaves only the signal to wait for.
  const end = (await Promise.race([start, processEnd])) ?? (await processEnd)
  const { clean, failed } = await lifecycle.stop()
  log.info({ clean, failed }, 'program stopped')
  process.exit(clean ? end.exitCode : 1)
}

function since(began: number): number {
  return Math.round(performance.now() - began)
}
