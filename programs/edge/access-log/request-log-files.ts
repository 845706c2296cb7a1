import { join } from 'node:path'
import { LogFile } from './log-file.ts'

export interface RequestLogFilesOptions {
  /** A folder with a folder for each app. */
  directory: string
  /** Called when the current file of a folder is as large as it may become. */
  onGrown(folder: string): void
}

/** Where requests go that no app was asked for. App ids cannot be called so. */
export const UNROUTED = '-'
export const CURRENT_FILE = 'current.log'
/** Descriptors that one worker keeps open; the file that was written longest ago is closed first. */
const MAX_OPEN = 100
/** App ids come from a table, and are part of a path here. */
const SAFE_FOLDER = /^[A-Za-z0-9_-]{1,100}$/

/** The request logs that one worker writes: one for each app, so that a busy app pushes out nobody else's lines. */
export class RequestLogFiles {
  readonly #options: RequestLogFilesOptions
  readonly #files = new Map<string, LogFile>()
  /** In the order in which they were opened. */
  readonly #open = new Set<LogFile>()

  constructor(options: RequestLogFilesOptions) {
    this.#options = options
  }

  /** @param maxBytes of the current file; the last one who asks decides */
  fileOf(appId: string, maxBytes: number): LogFile {
    const folder = SAFE_FOLDER.test(appId) ? appId : UNROUTED
    const known = this.#files.get(folder)
    if (known) {
      known.maxBytes = maxBytes
      return known
    }
    const file: LogFile = new LogFile({
      path: join(this.#options.directory, folder, CURRENT_FILE),
      maxBytes,
      onGrown: () => this.#options.onGrown(folder),
      onOpened: () => this.#opened(file),
    })
    this.#files.set(folder, file)
    return file
  }

  /** The file was put aside: further lines go to a new one. */
  reopen(folder: string): void {
    this.#files.get(folder)?.reopen()
  }

  /** What waits goes to disk now. */
  flush(folder: string): void {
    this.#files.get(folder)?.flush()
  }

  /** Writes what is left, at once. */
  close(): void {
    for (const file of this.#files.values()) file.close()
  }

  #opened(file: LogFile): void {
    this.#open.delete(file)
    this.#open.add(file)
    if (this.#open.size <= MAX_OPEN) return
    const [oldest] = this.#open
    this.#open.delete(oldest!)
    oldest!.reopen()
  }
}
