import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_OBSERVATION, type Observation, type RouteTable } from '@seaworthy/routes'
import type { EdgeLog } from '../edge-log.ts'
import { FILES_PER_APP } from './access-log.ts'
import { CURRENT_FILE } from './request-log-files.ts'

export interface RequestLogKeeperOptions {
  /** A folder with a folder for each app. */
  directory: string
  /** All workers have to write to a new file. */
  reopen(folder: string): void
  log: EdgeLog
}

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 3_600_000
/** `2026-11-21T10:00:00.000Z`, which stands in each line at the same place. */
const TIME_START = '{"time":"'.length
const TIME_LENGTH = 24

/**
 * Bounds the request logs: a file that has grown or holds a day is put aside under the time of that, and goes when
 * the app's days or bytes are over.
 */
export class RequestLogKeeper {
  readonly #options: RequestLogKeeperOptions
  #observed = new Map<string, Observation>()
  #fallback = DEFAULT_OBSERVATION
  #timer: NodeJS.Timeout | undefined

  constructor(options: RequestLogKeeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.sweep(), LOOK_EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  setTable({ routes, observe }: RouteTable): void {
    this.#fallback = { ...DEFAULT_OBSERVATION, ...observe }
    this.#observed = new Map(
      routes.flatMap(({ appId, observe: own }) => (own ? [[appId, { ...this.#fallback, ...own }]] : [])),
    )
  }

  /** A worker found the current file of this folder too large. Several may say so; the first one counts. */
  grown(folder: string): void {
    const { logMaxBytes } = this.#boundsOf(folder)
    const size = statSync(this.#current(folder), { throwIfNoEntry: false })?.size ?? 0
    if (size < logMaxBytes / FILES_PER_APP) return
    this.#putAside(folder)
    this.#prune(folder)
  }

  /** Puts aside what holds a whole day, and removes what is too old. Never rejects. */
  async sweep(now = Date.now()): Promise<void> {
    for (const folder of this.#folders()) {
      try {
        const begun = await firstLineAt(this.#current(folder))
        if (begun !== undefined && now - begun > DAY_MS) this.#putAside(folder)
        this.#prune(folder, now)
      } catch (error) {
        this.#options.log.error(
          { folder, error: (error as Error).message },
          'a request log could not be tidied',
        )
      }
    }
  }

  #putAside(folder: string): void {
    try {
      renameSync(this.#current(folder), join(this.#options.directory, folder, `${Date.now()}.log`))
      this.#options.reopen(folder)
    } catch (error) {
      this.#options.log.error(
        { folder, error: (error as Error).message },
        'a request log could not be put aside',
      )
    }
  }

  #prune(folder: string, now = Date.now()): void {
    const { logMaxBytes, logMaxDays } = this.#boundsOf(folder)
    const path = join(this.#options.directory, folder)
    const oldFiles = readdirSync(path).filter(name => /^\d+\.log$/.test(name))
    // The current file counts as full: it will be.
    let left = logMaxBytes - logMaxBytes / FILES_PER_APP
    for (const name of oldFiles.sort((one, two) => Number.parseInt(two, 10) - Number.parseInt(one, 10))) {
      left -= statSync(join(path, name)).size
      const isOver = left < 0 || Number.parseInt(name, 10) < now - logMaxDays * DAY_MS
      if (isOver) rmSync(join(path, name))
    }
    if (readdirSync(path).length === 0) rmdirSync(path)
  }

  #boundsOf(folder: string): Observation {
    return this.#observed.get(folder) ?? this.#fallback
  }

  #folders(): string[] {
    return existsSync(this.#options.directory) ? readdirSync(this.#options.directory) : []
  }

  #current(folder: string): string {
    return join(this.#options.directory, folder, CURRENT_FILE)
  }
}

/** When the oldest line of a file was written; undefined without one. */
async function firstLineAt(path: string): Promise<number | undefined> {
  if (!existsSync(path)) return undefined
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(TIME_LENGTH), 0, TIME_LENGTH, TIME_START)
    const at = Date.parse(buffer.toString('latin1'))
    return Number.isNaN(at) ? undefined : at
  } finally {
    await file.close()
  }
}
