import type { BuildPace, BuildSpec, BuildUsage } from '@seaworthy/builder'
import { defineErrors, type Logger } from '@seaworthy/kit'
import { nextPace, type Pressure, paceText } from './build-pace.ts'
import {
  budgetOf,
  type GovernorFacts,
  planBuilds,
  type RunningBuild,
  type WaitingBuild,
} from './governor-plan.ts'
import { type MachineFacts, readMachine } from './machine-facts.ts'

const errors = defineErrors({
  build_refused: { status: 422, message: 'The build was not started. {reason}' },
})

export interface BuildGovernorOptions {
  slots: number
  reservedBytes: number
  log: Logger
  /** Read each time anew; the machine itself unless told. */
  readMachine?: () => MachineFacts
  /** How often it looks again while something waits or runs; a second unless told. */
  lookEveryMs?: number
}

export interface BuildRequest {
  id: string
  /** Slug, for messages. */
  app: string
  needBytes: number
  /** Where its manifest says so itself; a forecast when undefined. */
  declaredAt?: { line: number }
  durationMs?: number
  signal: AbortSignal
  /** Called with each new reason why it waits, for people. */
  onWait(reason: string): void
  /** Called with a sentence for people whenever it may go on slower or faster than before. */
  onPace?(sentence: string): void
}

/** A place among the running builds. */
export interface BuildGrant {
  limits: BuildSpec['limits']
  /** Give it to the builder: keeps the books and sets the pace. */
  observe(usage: BuildUsage): BuildPace
  /** The most that was seen, in bytes; undefined when nothing was. */
  peakBytes(): number | undefined
  /** Gives the place back. Idempotent. */
  release(): void
}

interface Running extends RunningBuild {
  request: BuildRequest
}

/** For people. */
export interface GovernorView {
  slots: number
  reservedBytes: number
  budgetBytes: number
  machineBytes: number
  /** Of the CPU time that builds would get otherwise: 1 is full speed. */
  cpuShare: number
  /** Undefined where the kernel tells nothing. */
  pressure: Pressure | undefined
  running: readonly RunningBuild[]
  waiting: readonly { app: string; needBytes: number; sinceMs: number; reason: string | undefined }[]
}

interface Waiting extends WaitingBuild {
  request: BuildRequest
  reason: string | undefined
  admitted: PromiseWithResolvers<BuildGrant>
}

/**
 * Shares the machine among builds: below what is reserved for live apps, each with a limit that it cannot pass, in the
 * order in which they came. Looks at the machine while builds wait or run, and slows all of them under pressure.
 */
export class BuildGovernor {
  readonly #options: BuildGovernorOptions
  readonly #running = new Map<string, Running>()
  readonly #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #cpuShare = 1
  #toldOfPressure = false

  constructor(options: BuildGovernorOptions) {
    this.#options = options
  }

  /** Resolves once the build may start. Rejects with `build_refused`, or with the signal's reason when that aborts first. */
  async acquire(request: BuildRequest): Promise<BuildGrant> {
    request.signal.throwIfAborted()
    const { id, app, needBytes, declaredAt, signal } = request
    const admitted = Promise.withResolvers<BuildGrant>()
    const waiting: Waiting = {
      id,
      app,
      needBytes,
      ...(declaredAt ? { declaredAt } : {}),
      sinceMs: Date.now(),
      request,
      reason: undefined,
      admitted,
    }
    const leave = () => {
      this.#forget(waiting)
      admitted.reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    this.#waiting.push(waiting)
    this.#look()
    return admitted.promise.finally(() => signal.removeEventListener('abort', leave))
  }

  #readMachine(): MachineFacts {
    return (this.#options.readMachine ?? readMachine)()
  }

  /** Who builds, who waits and why, and what there is to share, as of now. */
  view(): GovernorView {
    const { slots, reservedBytes } = this.#options
    const { memory, pressure } = this.#readMachine()
    const running = [...this.#running.values()]
    const facts = { memory, slots, reservedBytes, running, waiting: this.#waiting, nowMs: Date.now() }
    return {
      slots,
      reservedBytes,
      budgetBytes: budgetOf(facts),
      machineBytes: memory.total,
      cpuShare: this.#cpuShare,
      pressure,
      running,
      waiting: this.#waiting.map(({ app, needBytes, sinceMs, reason }) => ({
        ...{ app, needBytes, sinceMs, reason },
      })),
    }
  }

  #forget(waiting: Waiting): void {
    const index = this.#waiting.indexOf(waiting)
    if (index >= 0) this.#waiting.splice(index, 1)
    this.#look()
  }

  #look(): void {
    const { slots, reservedBytes } = this.#options
    const machine = this.#readMachine()
    this.#tellOfPressure(machine)
    this.#setPace(machine)
    const running = [...this.#running.values()]
    const facts: GovernorFacts = {
      ...machine,
      slots,
      reservedBytes,
      running,
      waiting: this.#waiting,
      nowMs: Date.now(),
    }
    const { admit, refuse, wait } = planBuilds(facts)
    for (const { id, limitBytes } of admit) this.#admit(this.#take(id), limitBytes)
    for (const { id, reason } of refuse) this.#take(id)?.admitted.reject(errors.build_refused({ reason }))
    for (const { id, reason } of wait)
      tell(
        this.#waiting.find(one => one.id === id),
        reason,
      )
    this.#planLook()
  }

  #setPace({ pressure }: MachineFacts): void {
    const before = this.#cpuShare
    this.#cpuShare = nextPace(before, pressure)
    if (this.#cpuShare === before) return
    const sentence = paceText(before, this.#cpuShare, pressure)
    for (const { request } of this.#running.values()) request.onPace?.(sentence)
    this.#options.log.info(
      { cpuShare: this.#cpuShare, pressure, builds: this.#running.size },
      'pace of builds changed',
    )
  }

  #tellOfPressure({ pressure }: MachineFacts): void {
    if (pressure || this.#toldOfPressure) return
    this.#toldOfPressure = true
    this.#options.log.warn('this kernel tells no pressure figures (PSI): builds are not slowed down by them')
  }

  #take(id: string): Waiting | undefined {
    const index = this.#waiting.findIndex(one => one.id === id)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  #admit(waiting: Waiting | undefined, limitBytes: number): void {
    if (!waiting) return
    const { id, app, request, admitted } = waiting
    const expectedEndMs = request.durationMs === undefined ? undefined : Date.now() + request.durationMs
    const build: Running = {
      request,
      id,
      app,
      limitBytes,
      usedBytes: 0,
      ...(expectedEndMs ? { expectedEndMs } : {}),
    }
    this.#running.set(id, build)
    this.#options.log.info({ build: id, app, limitBytes, needBytes: waiting.needBytes }, 'build admitted')
    admitted.resolve(this.#grantOf(build))
  }

  #grantOf(build: RunningBuild): BuildGrant {
    let peak: number | undefined
    return {
      limits: { memoryMb: Math.floor(build.limitBytes / 1_048_576) },
      observe: ({ memoryBytes }) => {
        build.usedBytes = memoryBytes
        peak = Math.max(peak ?? 0, memoryBytes)
        return { cpuShare: this.#cpuShare }
      },
      peakBytes: () => peak,
      release: () => {
        if (this.#running.delete(build.id)) this.#look()
      },
    }
  }

  #planLook(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running.size === 0) this.#cpuShare = 1
    if (this.#running.size === 0 && this.#waiting.length === 0) return
    this.#timer = setTimeout(() => this.#look(), this.#options.lookEveryMs ?? 1_000)
    this.#timer.unref()
  }
}

/** The forecast of an end changes each second; a log wants to hear only of another reason. */
function tell(waiting: Waiting | undefined, reason: string): void {
  if (!waiting || withoutTime(waiting.reason) === withoutTime(reason)) return
  waiting.reason = reason
  waiting.request.onWait(reason)
}

const withoutTime = (reason: string | undefined) =>
  reason?.replace(/, (in about .*|any moment now)$/, '').replace(/[\d.]+ [MG]B free/, '')
