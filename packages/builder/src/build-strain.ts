/** Enough for any compiler; a fork bomb ends here. */
export const MAX_PROCESSES = 2_048
/** Of one process. Builds open many files at once, but not without end. */
export const MAX_OPEN_FILES = 16_384
/** Of all that a build writes, unless told. */
export const DEFAULT_MAX_BYTES = 10 * 1024 ** 3

const NEARLY = 0.95

export interface BuildFindings {
  /** How often a new process was refused, so far. */
  refusedProcesses: number
  /** Of the process that has the most. */
  openFiles: number
  /** How often a single process was ended for its memory, so far. */
  memoryKills: number
}

/** Says once in the log of a build what limit it runs into: what is refused to it may be why it fails, or never ends. */
export class BuildStrain {
  readonly #remark: (text: string) => void
  readonly #told = new Set<string>()

  constructor({ remark }: { remark: (text: string) => void }) {
    this.#remark = remark
  }

  take(findings: BuildFindings): void {
    for (const sentence of sentencesOf(findings)) {
      if (this.#told.has(sentence)) continue
      this.#told.add(sentence)
      this.#remark(sentence)
    }
  }
}

function sentencesOf({ refusedProcesses, openFiles, memoryKills }: BuildFindings): string[] {
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
