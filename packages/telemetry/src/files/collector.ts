import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createPace, type Logger, type Pace } from '@seaworthy/kit'
import type { LogSpool } from '../log-store.ts'
import { createRedactor } from '../redactor.ts'
import type { AppLog } from './app-log.ts'
import { type SpoolLimits, SpoolReader, type StepOutcome } from './spool-reader.ts'
import { SpoolWatch } from './spool-watch.ts'
import type { Turns } from './turns.ts'

export interface CollectorOptions {
  openAppLog: (appId: string) => Promise<AppLog>
  /** Shared by all who change an `AppLog`. */
  turns: Turns
  limits: SpoolLimits
  /** One app's flood must not be all that this process does. Of all instances together. */
  bytesPerSecond: number
  log: Logger
}

interface Attachment {
  appId: string
  instanceId: string
  directories: string[]
  readers: SpoolReader[]
  isEnding: boolean
}

/** Lines wait so long, so that a burst costs one write. */
const COLLECT_DELAY_MS = 50
const TICK_MS = 1_000
/** Looks at all files, in case an event was lost. Folders that cannot be watched are looked at each tick. */
const TICKS_PER_LOOK = 10
/** So long may what an app printed lie in its spool after the log has it. Each time costs the app's log an fsync. */
const TICKS_PER_BLANKING = 30
const RETRY_MS = 1_000
const READ_BYTES = 262_144
const STEPS_BEFORE_A_QUERY = 16

/**
 * Reads the spool files of all instances. One read at a time for all together: memory stays at one buffer, however
 * many instances flood. What cannot be kept (full disk) stays in the spool and is tried again each second.
 */
export class Collector {
  readonly #options: CollectorOptions
  readonly #attachments = new Map<string, Attachment>()
  /** By path. */
  readonly #readers = new Map<string, SpoolReader>()
  readonly #watches = new Map<string, SpoolWatch>()
  readonly #dirty = new Set<SpoolReader>()
  readonly #pace: Pace
  #buffer = Buffer.alloc(0)
  #collectTimer: NodeJS.Timeout | undefined
  #tickTimer: NodeJS.Timeout | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #ticks = 0
  #isStalled = false
  #saidStalled = false
  #isClosed = false

  constructor(options: CollectorOptions) {
    this.#options = options
    this.#pace = createPace(options.bytesPerSecond)
  }

  /** Begins to read, where the last process stopped. Attaching twice changes nothing. */
  attach(spool: LogSpool): void {
    if (this.#isClosed || this.#attachments.has(spool.instanceId)) return
    const attachment = this.#createAttachment(spool)
    this.#attachments.set(spool.instanceId, attachment)
    for (const directory of attachment.directories) this.#watch(directory)
    for (const reader of attachment.readers) {
      this.#readers.set(reader.path, reader)
      this.#dirty.add(reader)
    }
    this.#scheduleCollect()
    this.#tickTimer ??= setInterval(() => this.#tick(), TICK_MS).unref()
  }

  /**
   * Reads to the end, then deletes the spool. While the disk is full it resolves early and goes on by itself: nobody
   * should wait for that.
   */
  async detach(instanceId: string): Promise<void> {
    const attachment = this.#attachments.get(instanceId)
    if (!attachment) return
    attachment.isEnding = true
    for (const reader of attachment.readers) reader.isEnding = true
    await this.#finish(attachment)
  }

  /** Keeps what the app's instances have written by now (in a flood: a good part of it). */
  async collect(appId: string): Promise<void> {
    const attachments = [...this.#attachments.values()].filter(attachment => attachment.appId === appId)
    const readers = attachments.flatMap(attachment => attachment.readers).filter(reader => reader.hasNews())
    await Promise.all(readers.map(reader => this.#drain(reader, STEPS_BEFORE_A_QUERY)))
  }

  /** Stops reading. What is not read yet stays in the spools for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const watch of this.#watches.values()) watch.stop()
    for (const timer of [this.#collectTimer, this.#tickTimer, this.#retryTimer]) clearTimeout(timer)
    await this.#options.turns.run(async () => {
      for (const { readers } of this.#attachments.values()) {
        for (const reader of readers) await reader.blankKept()
        await closeAll(readers)
      }
    })
    this.#attachments.clear()
  }

  #createAttachment(spool: LogSpool): Attachment {
    const redactor = createRedactor(spool.secrets)
    const { maxLineBytes } = this.#options.limits
    const neededBytes = Math.max(READ_BYTES, 2 * (maxLineBytes + redactor.longestBytes))
    if (this.#buffer.length < neededBytes) this.#buffer = Buffer.alloc(neededBytes)

    const { appId, instanceId, process, release } = spool
    const readerOf = (stream: 'stdout' | 'stderr', path: string) =>
      new SpoolReader({
        path,
        redactor,
        identity: { instanceId, process, release, stream },
        openAppLog: () => this.#options.openAppLog(appId),
        limits: this.#options.limits,
        log: this.#options.log.child({ app: appId, instance: instanceId }),
      })
    const readers = [readerOf('stdout', spool.stdoutFile), readerOf('stderr', spool.stderrFile)]
    const directories = [...new Set(readers.map(reader => dirname(reader.path)))]
    return { appId, instanceId, directories, readers, isEnding: false }
  }

  #watch(directory: string): void {
    if (this.#watches.has(directory)) return
    const watch = new SpoolWatch(directory, name => this.#changed(directory, name))
    this.#watches.set(directory, watch)
    watch.start()
  }

  #changed(directory: string, name: string | undefined): void {
    if (name === undefined) {
      for (const reader of this.#readers.values())
        if (dirname(reader.path) === directory) this.#dirty.add(reader)
    } else {
      const reader = this.#readers.get(join(directory, name)) // one look: there may be thousands of changes a second
      if (reader) this.#dirty.add(reader)
    }
    if (this.#dirty.size > 0) this.#scheduleCollect()
  }

  #tick(): void {
    this.#ticks += 1
    const lookAtAll = this.#ticks % TICKS_PER_LOOK === 0
    for (const [directory, watch] of this.#watches) {
      if (watch.isWatching && !lookAtAll) continue
      watch.start()
      this.#changed(directory, undefined)
    }
    if (this.#ticks % TICKS_PER_BLANKING === 0) void this.#blankKept()
  }

  /** One at a time, between reads. */
  async #blankKept(): Promise<void> {
    for (const reader of [...this.#readers.values()]) {
      await this.#options.turns.run(async () => {
        if (!this.#isClosed && this.#readers.has(reader.path)) await reader.blankKept()
      })
    }
  }

  #scheduleCollect(): void {
    if (this.#collectTimer || this.#isStalled || this.#isClosed) return
    this.#collectTimer = setTimeout(() => {
      this.#collectTimer = undefined
      this.#collectDirty()
    }, COLLECT_DELAY_MS).unref()
  }

  #collectDirty(): void {
    const readers = [...this.#dirty].filter(reader => !reader.isDraining && reader.hasNews())
    this.#dirty.clear()
    for (const reader of readers) {
      reader.isDraining = true
      void this.#drain(reader).finally(() => {
        reader.isDraining = false
      })
    }
  }

  async #drain(reader: SpoolReader, maxSteps = Number.POSITIVE_INFINITY): Promise<StepOutcome | 'stalled'> {
    for (let steps = 0; steps < maxSteps; steps++) {
      const keptBefore = reader.keptBytes
      const outcome = await this.#options.turns.run(() => this.#step(reader))
      const isAwaited = reader.isEnding || maxSteps < Number.POSITIVE_INFINITY
      if (!isAwaited) await this.#pace.after(reader.keptBytes - keptBefore)
      if (outcome !== 'more') return outcome
    }
    return 'more'
  }

  async #step(reader: SpoolReader): Promise<StepOutcome | 'stalled'> {
    if (this.#isClosed) return 'idle'
    if (this.#isStalled) return 'stalled'
    try {
      const outcome = await reader.step(this.#buffer)
      if (outcome === 'idle') return outcome
      this.#sayResumed()
      await reader.freeKeptSpace()
      return outcome
    } catch (error) {
      this.#stall(error as NodeJS.ErrnoException)
      return 'stalled'
    }
  }

  #stall(error: NodeJS.ErrnoException): void {
    if (!this.#saidStalled) {
      const message = 'logs cannot be written, lines wait in the spool until they can'
      this.#options.log.error({ reason: error.code, error }, message)
    }
    this.#saidStalled = true
    this.#isStalled = true
    this.#retryTimer = setTimeout(() => this.#retry(), RETRY_MS).unref()
  }

  #sayResumed(): void {
    if (this.#saidStalled) this.#options.log.info({}, 'logs can be written again, nothing was lost')
    this.#saidStalled = false
  }

  #retry(): void {
    this.#isStalled = false
    for (const attachment of this.#attachments.values()) {
      if (attachment.isEnding) void this.#finish(attachment)
      else for (const reader of attachment.readers) this.#dirty.add(reader)
    }
    this.#scheduleCollect()
  }

  async #finish(attachment: Attachment): Promise<void> {
    for (const reader of attachment.readers) {
      if ((await this.#drain(reader)) === 'stalled') return
    }
    if (!this.#isClosed) await this.#options.turns.run(() => this.#forget(attachment))
  }

  async #forget(attachment: Attachment): Promise<void> {
    if (!this.#attachments.delete(attachment.instanceId)) return
    const { appId, readers } = attachment
    await (await this.#options.openAppLog(appId)).sync() // the lines must outlive a power cut before the spool goes
    await closeAll(readers)
    for (const reader of readers) {
      this.#readers.delete(reader.path)
      if (reader.isUnreadable) continue // what could not be read is not thrown away
      await rm(reader.path, { force: true })
      await reader.forget().catch(error => {
        this.#options.log.warn({ app: appId, error }, 'could not note the end of an output')
      })
    }
    this.#unwatchUnused(attachment.directories)
  }

  #unwatchUnused(directories: readonly string[]): void {
    const used = new Set([...this.#attachments.values()].flatMap(attachment => attachment.directories))
    for (const directory of directories) {
      if (used.has(directory)) continue
      this.#watches.get(directory)?.stop()
      this.#watches.delete(directory)
    }
    if (this.#attachments.size > 0) return
    clearInterval(this.#tickTimer)
    this.#tickTimer = undefined
  }
}

async function closeAll(readers: readonly SpoolReader[]): Promise<void> {
  await Promise.all(readers.map(reader => reader.close()))
}
