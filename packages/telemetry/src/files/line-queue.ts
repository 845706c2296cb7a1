import type { LogLine } from '../log-store.ts'

/** Lines of one record, made only when somebody reads them. */
export interface QueuedLines {
  bytes: number
  lineCount: number
  lines: () => LogLine[]
}

/** What waits for a follower. Bounded: when the follower is slow, the oldest lines are left out and counted. */
export class LineQueue {
  readonly #maxBytes: number
  readonly #waiting: QueuedLines[] = []
  #bytes = 0
  #skippedLines = 0
  #wake: (() => void) | undefined

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  push(queued: QueuedLines): void {
    this.#waiting.push(queued)
    this.#bytes += queued.bytes
    while (this.#bytes > this.#maxBytes && this.#waiting.length > 1)
      this.#skippedLines += this.#take().lineCount
    this.#wake?.()
  }

  /** The next lines, after how many were left out before them; waits for them. Undefined once the signal aborts. */
  async next(signal: AbortSignal): Promise<{ skippedLines: number; lines: LogLine[] } | undefined> {
    while (this.#waiting.length === 0 && !signal.aborted) await this.#filled(signal)
    if (signal.aborted) return undefined
    const skippedLines = this.#skippedLines
    this.#skippedLines = 0
    return { skippedLines, lines: this.#take().lines() }
  }

  #take(): QueuedLines {
    const first = this.#waiting.shift()!
    this.#bytes -= first.bytes
    return first
  }

  #filled(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        signal.removeEventListener('abort', done)
        this.#wake = undefined
        resolve()
      }
      this.#wake = done
      signal.addEventListener('abort', done)
    })
  }
}
