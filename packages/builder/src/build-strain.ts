/** Enough for any compiler; a fork bomb ends here. */
export const MAX_PROCESSES = 2_048
/** Of one process. Builds open many files at once, but not without end. */
export const MAX_OPEN_FILES = 16_384
/** Of all that a build writes, unless told. */
export const DEFAULT_MAX_BYTES = 10 * 1024 ** 3

const NEARLY = 0.95
/** Some waiting is what every build does that has more to do than there are CPUs. */
const LONG_WAIT_MS = 10_000
const LONG_WAIT_SHARE = 0.5

export interface BuildFindings {
  /** How often a new process was refused, so far. */
  refusedProcesses: number
  /** Of the process that has the most. */
  openFiles: number
  /** How often a single process was ended for its memory, so far. */
  memoryKills: number
  /** How long those that run now have waited for a CPU. */
  cpuWaitMs: number
}

/** Says once in the log of a build what limit it runs into: what is refused to it may be why it fails, or never ends. */
export class BuildStrain {
  readonly #remark: (text: string) => void
  readonly #told = new Set<string>()
  readonly #startedMs = performance.now()
  /** The most that was seen: what ended before a look is not counted. */
  #cpuWaitMs = 0

  constructor({ remark }: { remark: (text: string) => void }) {
    this.#remark = remark
  }

  take(findings: Partial<BuildFindings>): void {
    this.#cpuWaitMs = Math.max(this.#cpuWaitMs, findings.cpuWaitMs ?? 0)
    for (const sentence of sentencesOf(findings)) this.#tell(sentence)
  }

  /**
   * At the end: how long it waited for CPU time, where that was long, and what it left.
   * @param killedProcesses processes that were ended for it
   */
  finish({ killedProcesses, wasStopped }: { killedProcesses: number; wasStopped: boolean }): void {
    const isLong = this.#cpuWaitMs >= LONG_WAIT_SHARE * (performance.now() - this.#startedMs)
    if (this.#cpuWaitMs >= LONG_WAIT_MS && isLong) this.#tell(waitSentence(this.#cpuWaitMs))
    if (killedProcesses > 0) this.#tell(leftSentence(killedProcesses, wasStopped))
  }

  #tell(sentence: string): void {
    if (this.#told.has(sentence)) return
    this.#told.add(sentence)
    this.#remark(sentence)
  }
}

function sentencesOf({
  refusedProcesses = 0,
  openFiles = 0,
  memoryKills = 0,
}: Partial<BuildFindings>): string[] {
  return [
    ...(refusedProcesses > 0
      ? [`The build wants more than its ${MAX_PROCESSES} processes and threads, and new ones are refused.`]
      : []),
    ...(openFiles >= NEARLY * MAX_OPEN_FILES
      ? [
          `A process of the build has as many files open as it may, ${MAX_OPEN_FILES}; it may not close what it opens.`,
        ]
      : []),
    ...(memoryKills > 0 ? ['A part of the build was killed: it wanted more memory than it may have.'] : []),
  ]
}

function waitSentence(waitedMs: number): string {
  return `The build waited ${Math.round(waitedMs / 1000)} s for CPU time in all its processes together: it wants more CPUs than this server has for it.`
}

function leftSentence(count: number, wasStopped: boolean): string {
  const processes = count === 1 ? '1 process' : `${count} processes`
  const [were, they] = count === 1 ? ['was', 'it was'] : ['were', 'they were']
  return wasStopped
    ? `${processes} of the build ${were} still running when it was stopped; ${they} killed.`
    : `${processes} that the build had started ${were} still running when it ended; ${they} ended.`
}
