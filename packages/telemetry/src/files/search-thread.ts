import { Worker } from 'node:worker_threads'
import { LogSearchFailed, LogStoreClosed } from '../errors.ts'
import type { LogLine } from '../log-store.ts'
import type { ScanRequest } from './segment-scan.ts'

/** The thread costs some 10 MB, so it goes when nobody searches. */
const IDLE_MS = 10_000
const MAX_HEAP_MB = 256

interface Pending {
  resolve: (lines: LogLine[]) => void
  reject: (error: unknown) => void
}

/** Runs scans in a thread, so that a long search never holds up the control plane. One scan at a time. */
export class SearchThread {
  /** In the order in which the thread answers. */
  #pending: Pending[] = []
  #worker: Worker | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #isClosed = false

  /** Rejects with `LogSearchFailed`. */
  search(request: ScanRequest): Promise<LogLine[]> {
    if (this.#isClosed) return Promise.reject(new LogStoreClosed())
    clearTimeout(this.#idleTimer)
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(request)
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#stop(new LogStoreClosed())
  }

  #start(): Worker {
    const worker = new Worker(new URL('search-worker.ts', import.meta.url), {
      name: 'log-search',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    })
    worker.on('message', answer => this.#settle(answer))
    worker.on('error', cause => this.#forget(worker, cause))
    worker.on('exit', code => this.#forget(worker, new Error(`exit code ${code}`)))
    return worker
  }

  #settle(answer: { lines: LogLine[] } | { error: unknown }): void {
    const pending = this.#pending.shift()
    if ('lines' in answer) pending?.resolve(answer.lines)
    else pending?.reject(new LogSearchFailed({ cause: answer.error }))
    if (this.#pending.length > 0) return
    this.#worker?.unref()
    this.#idleTimer = setTimeout(() => void this.#stop(undefined), IDLE_MS).unref()
  }

  #forget(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#rejectAll(new LogSearchFailed({ cause }))
  }

  async #stop(reason: Error | undefined): Promise<void> {
    clearTimeout(this.#idleTimer)
    const worker = this.#worker
    this.#worker = undefined
    if (reason) this.#rejectAll(reason)
    await worker?.terminate()
  }

  #rejectAll(reason: Error): void {
    const pending = this.#pending
    this.#pending = []
    for (const { reject } of pending) reject(reason)
  }
}
