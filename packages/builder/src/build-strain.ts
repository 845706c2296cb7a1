/** Enough for any compiler; a fork bomb ends here. */
export const MAX_PROCESSES = 2_048
/** Of one process. Builds open many files at once, but not without end. */
export const MAX_OPEN_FILES = 16_384
/** Of all that a build writes, unless told. */
export const DEFAULT_MAX_BYTES = 10 * 1024 ** 3

const NEARLY = 0.95
/** Of its processes; some are always there for a moment. */
const MANY_UNCOLLECTED = 0.1
/** Some waiting is what every build does that has more to do than there are CPUs. */
const LONG_WAIT_MS = 10_000
const LONG_WAIT_SHARE = 0.5

export interface BuildFindings {
  /** How often a new process was refused, so far. */
  refusedProcesses: number
  /** Processes that ended and that their parent never asked about, once a new one was refused. */
  uncollected: number
  /** Of the process that has the most. */
  openFiles: number
  /** How often a single process was ended for its memory, so far. */
  memoryKills: number
  /** How long those that run now have waited for a CPU. */
  cpuWaitMs: number
}

/** What is told once. */
type Matter = 'processes' | 'openFiles' | 'memory' | 'cpuWait' | 'left'

/** Says once in the log of a build what limit it runs into: what is refused to it may be why it fails, or never ends. */
export class BuildStrain {
  readonly #remark: (text: string) => void
  readonly #told = new Set<Matter>()
  readonly #startedMs = performance.now()
  /** The most that was seen: what ended before a look is not counted. */
  #cpuWaitMs = 0

  constructor({ remark }: { remark: (text: string) => void }) {
    this.#remark = remark
  }

  take(findings: Partial<BuildFindings>): void {
    this.#cpuWaitMs = Math.max(this.#cpuWaitMs, findings.cpuWaitMs ?? 0)
    for (const [matter, sentence] of sentencesOf(findings)) this.#tell(matter, sentence)
  }

  /**
   * At the end: how long it waited for CPU time, where that was long, and what it left.
   * @param killedProcesses processes that were ended for it
   */
  finish({ killedProcesses, wasStopped }: { killedProcesses: number; wasStopped: boolean }): void {
    const isLong = this.#cpuWaitMs >= LONG_WAIT_SHARE * (performance.now() - this.#startedMs)
    if (this.#cpuWaitMs >= LONG_WAIT_MS && isLong) this.#tell('cpuWait', waitSentence(this.#cpuWaitMs))
    if (killedProcesses > 0) this.#tell('left', leftSentence(killedProcesses, wasStopped))
  }

  #tell(matter: Matter, sentence: string): void {
    if (this.#told.has(matter)) return
    this.#told.add(matter)
    this.#remark(sentence)
  }
}

function sentencesOf(findings: Partial<BuildFindings>): [Matter, string][] {
  const { refusedProcesses = 0, uncollected = 0, openFiles = 0, memoryKills = 0 } = findings
  const all: ([Matter, string] | false)[] = [
    refusedProcesses > 0 && ['processes', refusedSentence(uncollected)],
    openFiles >= NEARLY * MAX_OPEN_FILES && ['openFiles', OPEN_FILES_SENTENCE],
    memoryKills > 0 && ['memory', MEMORY_SENTENCE],
  ]
  return all.filter(one => one !== false)
}

const OPEN_FILES_SENTENCE = `A process of the build has as many files open as it may, ${MAX_OPEN_FILES}; it may not close what it opens.`
const MEMORY_SENTENCE = 'A part of the build was killed: it wanted more memory than it may have.'

function refusedSentence(uncollected: number): string {
  return uncollected >= MANY_UNCOLLECTED * MAX_PROCESSES
    ? `The build has ${uncollected} processes that ended and that it never collected (wait(2)); with ${MAX_PROCESSES} processes and threads it is at its limit, and new ones are refused.`
    : `The build wants more than its ${MAX_PROCESSES} processes and threads, and new ones are refused.`
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
