import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './log.ts'

export type DependencyState = 'up' | 'degraded' | 'down'

/** What a check may say instead of plain success. The message is public: no addresses, no secrets. */
export interface CheckResult {
  state: DependencyState
  message?: string
}

export interface DependencyCheck {
  name: string
  /** Whether the program cannot serve without it: then `down` makes it not ready. True unless told. */
  critical?: boolean
  /** 2 seconds unless told; a slower check counts as down. */
  timeoutMs?: number
  /** Success by returning; failure by throwing (the error goes to the log only). `signal` aborts at the time-out. */
  check(signal: AbortSignal): unknown
}

export interface DependencyReport {
  state: DependencyState
  critical: boolean
  latencyMs: number
  message?: string
}

export interface HealthDocument {
  status: DependencyState
  dependencies: Record<string, DependencyReport>
}

export interface ReadyDocument {
  ready: boolean
  /** Why not: `starting`, `stopping`, or the names of critical dependencies that are down. */
  reasons: string[]
}

export interface Health {
  add(check: DependencyCheck): void
  /** `starting` (at first) and `stopping` make the program not ready; it stays live. */
  setPhase(phase: 'starting' | 'running' | 'stopping'): void
  /** The process runs and its event loop turns: restart it only when this does not answer. */
  live(): { live: true; uptimeSeconds: number }
  ready(): Promise<ReadyDocument>
  health(): Promise<HealthDocument>
}

export interface HealthOptions {
  log: Logger
  /** Answers are shared for so long, so that asking often costs the dependencies nothing. 1 second unless told. */
  cacheMs?: number
}

/** Collects the checks of what a program depends on. Checks run together, each within its own time-out. */
export function createHealth({ log, cacheMs = 1_000 }: HealthOptions): Health {
  const checks: DependencyCheck[] = []
  const lastStates = new Map<string, DependencyState>()
  let phase: 'starting' | 'running' | 'stopping' = 'starting'
  let latest: { document: Promise<HealthDocument>; takenAt: number } | undefined

  const health: Health = {
    add(check) {
      if (checks.some(({ name }) => name === check.name))
        throw new Error(`Two checks are named '${check.name}'.`)
      checks.push(check)
      latest = undefined
    },
    setPhase(next) {
      phase = next
    },
    live: () => ({ live: true, uptimeSeconds: Math.floor(process.uptime()) }),
    async ready() {
      const reasons = phase === 'running' ? downNames(await health.health()) : [phase]
      return { ready: reasons.length === 0, reasons }
    },
    health() {
      const now = performance.now()
      if (latest === undefined || now - latest.takenAt > cacheMs)
        latest = { document: runAll(), takenAt: now }
      return latest.document
    },
  }
  return health

  async function runAll(): Promise<HealthDocument> {
    const reports = await Promise.all(checks.map(async check => [check.name, await runCheck(check)] as const))
    return {
      status: overallState(reports.map(([, report]) => report)),
      dependencies: Object.fromEntries(reports),
    }
  }

  async function runCheck(check: DependencyCheck): Promise<DependencyReport> {
    const began = performance.now()
    const { critical = true } = check
    try {
      const { state, message } = await inTime(check)
      noteState(check.name, state)
      return { state, critical, latencyMs: since(began), ...(message === undefined ? {} : { message }) }
    } catch (error) {
      noteState(check.name, 'down', error)
      return { state: 'down', critical, latencyMs: since(began) }
    }
  }

  /** Logs changes only: probes come every few seconds. */
  function noteState(dependency: string, state: DependencyState, error?: unknown): void {
    const before = lastStates.get(dependency) ?? 'up'
    lastStates.set(dependency, state)
    if (before === state) return
    if (state === 'up') log.info({ dependency, before }, 'dependency is up again')
    else log.warn({ dependency, state, before, err: error }, 'dependency has trouble')
  }
}

async function inTime({ check, timeoutMs = 2_000 }: DependencyCheck): Promise<CheckResult> {
  const timeout = new AbortController()
  const finished = new AbortController()
  const late = sleep(timeoutMs, undefined, { signal: finished.signal }).then(() => {
    const error = new Error(`No answer within ${timeoutMs} ms.`)
    timeout.abort(error)
    throw error
  })
  try {
    const result = await Promise.race([Promise.resolve(check(timeout.signal)), late])
    return isCheckResult(result) ? result : { state: 'up' }
  } finally {
    late.catch(() => {}) // its timer is cancelled, or its error has been thrown by the race
    finished.abort()
  }
}

function isCheckResult(result: unknown): result is CheckResult {
  return typeof result === 'object' && result !== null && 'state' in result
}

/** A dependency that is not critical can only degrade the whole. */
function overallState(reports: DependencyReport[]): DependencyState {
  if (reports.some(({ state, critical }) => state === 'down' && critical)) return 'down'
  return reports.some(({ state }) => state !== 'up') ? 'degraded' : 'up'
}

function downNames({ dependencies }: HealthDocument): string[] {
  return Object.entries(dependencies)
    .filter(([, { state, critical }]) => state === 'down' && critical)
    .map(([name]) => name)
}

function since(began: number): number {
  return Math.round(performance.now() - began)
}
