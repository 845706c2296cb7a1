import { mkdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { LogCursorInvalid, LogStoreClosed } from '../errors.ts'
import { validateLogId } from '../log-id.ts'
import type { LogLine, LogQuery, LogSpool, LogStore } from '../log-store.ts'
import { AppLog } from './app-log.ts'
import { Collector } from './collector.ts'
import { followLines } from './follow-lines.ts'
import { hasOldLines, type LogRetention } from './retention.ts'
import { SearchThread } from './search-thread.ts'
import { fromCursor } from './segment-format.ts'
import type { LineFilter } from './segment-scan.ts'
import type { SpoolLimits } from './spool-reader.ts'
import { createTurns, type Turns } from './turns.ts'

export interface FileLogStoreOptions extends Partial<SpoolLimits> {
  /** One folder per app is made in it. */
  directory: string
  log: Logger
  retention: LogRetention
  /** A new file is begun at this size; retention deletes whole files. 4 MB unless told: so much is read of each
   * app at a start. */
  segmentMaxBytes?: number
  /** What is read of all instances' output together. 16 MB unless told; what comes faster waits in its spool. */
  collectBytesPerSecond?: number
  /** What may wait for one slow follower. 4 MB unless told. */
  maxFollowQueueBytes?: number
}

const MAX_LIMIT = 10_000
const MAX_ANSWER_BYTES = 16_777_216
const RETENTION_EVERY_MS = 3_600_000

const DEFAULTS = {
  segmentMaxBytes: 4_194_304,
  maxFollowQueueBytes: 4_194_304,
  maxLineBytes: 65_536,
  punchBytes: 16_777_216,
  maxBacklogBytes: 268_435_456,
  collectBytesPerSecond: 16_777_216,
}

/** Keeps log lines in files: `<directory>/<app id>/<first sequence>-<time>.log` (see `segment-format.ts`). */
export function createFileLogStore(options: FileLogStoreOptions): LogStore {
  return new FileLogStore({ ...DEFAULTS, ...options })
}

type Settings = FileLogStoreOptions & typeof DEFAULTS

class FileLogStore implements LogStore {
  readonly #settings: Settings
  readonly #turns: Turns = createTurns()
  readonly #search = new SearchThread()
  readonly #apps = new Map<string, Promise<AppLog>>()
  readonly #collector: Collector
  readonly #closing = new AbortController()
  #retentionTimer: NodeJS.Timeout | undefined

  constructor(settings: Settings) {
    this.#settings = settings
    this.#collector = new Collector({
      openAppLog: appId => this.#appLog(appId),
      turns: this.#turns,
      limits: settings,
      bytesPerSecond: settings.collectBytesPerSecond,
      log: settings.log,
    })
  }

  attach(spool: LogSpool): void {
    this.#assertOpen()
    validateLogId(spool.appId)
    this.#retentionTimer ??= this.#startRetention()
    this.#collector.attach(spool)
  }

  detach(instanceId: string): Promise<void> {
    return this.#collector.detach(instanceId)
  }

  async query(query: LogQuery): Promise<LogLine[]> {
    this.#assertOpen()
    const filter = toFilter(query)
    await this.#collector.collect(query.appId)
    const { segments } = await this.#appLog(query.appId)
    const limit = Math.max(1, Math.min(query.limit, MAX_LIMIT))
    return this.#search.search({ segments, filter, limit, prefer: 'newest', maxBytes: MAX_ANSWER_BYTES })
  }

  async *follow(query: Omit<LogQuery, 'limit' | 'until'>, signal: AbortSignal): AsyncGenerator<LogLine> {
    this.#assertOpen()
    const filter = toFilter(query)
    const log = await this.#appLog(query.appId)
    // A cursor from before the app's lines were dropped lies ahead of what there is: then all that comes is new.
    if (filter.afterSequence !== undefined) {
      filter.afterSequence = Math.min(filter.afterSequence, log.nextSequence - 1)
    }
    yield* followLines({
      log,
      filter,
      scan: request => this.#search.search(request),
      maxQueueBytes: this.#settings.maxFollowQueueBytes,
      signal: AbortSignal.any([signal, this.#closing.signal]),
    })
  }

  async drop(appId: string): Promise<void> {
    this.#assertOpen()
    const log = await this.#appLog(appId)
    await this.#turns.run(() => log.drop())
  }

  async close(): Promise<void> {
    clearInterval(this.#retentionTimer)
    this.#closing.abort()
    await this.#collector.close()
    await this.#search.close()
    await this.#turns.run(async () => {
      for (const log of this.#apps.values()) await (await log).close()
    })
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new LogStoreClosed()
  }

  #appLog(appId: string): Promise<AppLog> {
    const known = this.#apps.get(appId)
    if (known) return known
    const opened = this.#openAppLog(appId)
    this.#apps.set(appId, opened)
    opened.catch(() => this.#apps.delete(appId)) // the next caller tries again
    return opened
  }

  async #openAppLog(appId: string): Promise<AppLog> {
    const { directory, segmentMaxBytes, retention } = this.#settings
    const log = new AppLog({ directory: join(directory, validateLogId(appId)), segmentMaxBytes, retention })
    await log.open()
    return log
  }

  #startRetention(): NodeJS.Timeout {
    mkdirSync(this.#settings.directory, { recursive: true, mode: 0o700 })
    void this.#applyRetention()
    return setInterval(() => void this.#applyRetention(), RETENTION_EVERY_MS).unref()
  }

  /** For all apps that have lines, also those of which nothing runs. */
  async #applyRetention(): Promise<void> {
    for (const appId of await listFolders(this.#settings.directory)) {
      try {
        const isOpen = this.#apps.has(appId)
        if (!isOpen && !(await hasOldLines(join(this.#settings.directory, appId), this.#settings.retention)))
          continue
        const log = await this.#appLog(appId)
        if (this.#closing.signal.aborted) return
        await this.#turns.run(() => log.applyRetention())
      } catch (error) {
        this.#settings.log.warn({ app: appId, error }, 'old log lines could not be deleted')
      }
    }
  }
}

async function listFolders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
}

function toFilter({ since, until, grep, process, instanceId, after }: Partial<LogQuery>): LineFilter {
  const afterSequence = after === undefined ? undefined : fromCursor(after)
  if (after !== undefined && afterSequence === undefined) throw new LogCursorInvalid(after)
  return { since, until, grep, process, instanceId, afterSequence }
}
