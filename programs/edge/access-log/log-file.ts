import { closeSync, fstat, mkdirSync, openSync, write, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const FLUSH_BYTES = 65_536
const FLUSH_MS = 500
/** Lines that wait for a slow disk; what comes on top is dropped and counted, so that memory stays bounded. */
const MAX_BACKLOG_CHARS = 8 * 1024 * 1024

export interface LogFileOptions {
  path: string
  maxBytes: number
  /** Called when the file is larger than `maxBytes`: somebody should put it aside and call `reopen` on all writers. */
  onGrown(): void
  /** Called when a descriptor was opened for it. */
  onOpened?(): void
}

/** Appends lines to a file that several threads share, in whole lines and in few writes. */
export class LogFile {
  readonly #options: LogFileOptions
  maxBytes: number
  #descriptor: number | undefined
  #pending = ''
  #writing = false
  #reopenAfterWrite = false
  #timer: NodeJS.Timeout | undefined
  /** Lines dropped because the disk did not keep up. */
  dropped = 0

  constructor(options: LogFileOptions) {
    this.#options = options
    this.maxBytes = options.maxBytes
  }

  append(line: string): void {
    if (this.#pending.length > MAX_BACKLOG_CHARS) {
      this.dropped++
      return
    }
    this.#pending += line
    if (this.#pending.length >= FLUSH_BYTES) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref()
  }

  /** The file was renamed: further lines go to a new one of the old name. */
  reopen(): void {
    if (this.#descriptor === undefined) return
    if (this.#writing) {
      this.#reopenAfterWrite = true
      return
    }
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** Writes what is left, at once. */
  close(): void {
    clearTimeout(this.#timer)
    if (this.#pending !== '') writeSync(this.#open(), this.#pending)
    this.#pending = ''
    this.reopen()
  }

  /** Begins to write what waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing || this.#pending === '') return
    const chunk = Buffer.from(this.#pending)
    this.#pending = ''
    this.#writing = true
    this.#write(chunk)
  }

  #write(chunk: Buffer): void {
    let descriptor: number
    try {
      descriptor = this.#open()
    } catch {
      this.#written()
      return
    }
    // A full disk loses access log lines, never requests.
    write(descriptor, chunk, 0, chunk.length, null, (error, length) => {
      if (!error && length < chunk.length) this.#write(chunk.subarray(length))
      else this.#written()
    })
  }

  #written(): void {
    this.#writing = false
    if (this.#reopenAfterWrite) {
      this.#reopenAfterWrite = false
      this.reopen()
    }
    if (this.#pending.length >= FLUSH_BYTES) this.flush()
    else if (this.#pending !== '') this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref()
    if (this.#descriptor === undefined) return
    fstat(this.#descriptor, (error, stats) => {
      if (!error && stats.size >= this.maxBytes) this.#options.onGrown()
    })
  }

  #open(): number {
    if (this.#descriptor === undefined) {
      mkdirSync(dirname(this.#options.path), { recursive: true })
      this.#descriptor = openSync(this.#options.path, 'a', 0o640)
      this.#options.onOpened?.()
    }
    return this.#descriptor
  }
}
