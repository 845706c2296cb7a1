import { normalize } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import type { Redactor } from '../redactor.ts'
import type { AppLog, SourceIdentity } from './app-log.ts'
import { punchHole } from './punch-hole.ts'
import type { LogSource } from './segment-format.ts'
import { SpoolFile } from './spool-file.ts'
import { takeLines } from './take-lines.ts'

export interface SpoolLimits {
  /** Longer lines are kept in pieces. */
  maxLineBytes: number
  /** So many read bytes are given back to the disk at a time. */
  punchBytes: number
  /** An instance that writes faster than we can keep must not fill the disk: beyond this, the oldest is skipped. */
  maxBacklogBytes: number
}

export interface SpoolReaderOptions {
  path: string
  identity: SourceIdentity
  openAppLog: () => Promise<AppLog>
  redactor: Redactor
  limits: SpoolLimits
  log: Logger
}

/** `idle`: nothing was there. `kept`: all there was is kept. `more`: some is kept, and there is more. */
export type StepOutcome = 'idle' | 'kept' | 'more'

const BLOCK_BYTES = 4096

/** Moves what an instance wrote to one spool file into the log of its app, step by step. */
export class SpoolReader {
  /** Nothing more will be written: the last line counts without its newline. */
  isEnding = false
  /** The caller is working through it already. */
  isDraining = false
  /** So many bytes were moved so far. */
  keptBytes = 0
  readonly path: string
  readonly #options: SpoolReaderOptions
  readonly #file: SpoolFile
  #source: LogSource | undefined
  #punchedBytes = 0
  #blankedBytes = 0
  #canBlank = true
  /** Up to here there was only the beginning of a line. */
  #unfinishedTo = -1
  #isUnreadable = false
  #canPunch = process.platform === 'linux'

  constructor(options: SpoolReaderOptions) {
    this.#options = options
    this.path = normalize(options.path)
    this.#file = new SpoolFile(options.path)
  }

  /** Whether a step is worth while. Cheap: one `stat`. */
  hasNews(): boolean {
    const size = this.#file.size()
    return size !== (this.#source?.spoolEnd ?? 0) && size !== this.#unfinishedTo
  }

  /** One read of at most `buffer.length` bytes. Rejects only when the lines could not be kept: then nothing changed. */
  async step(buffer: Buffer): Promise<StepOutcome> {
    const log = await this.#options.openAppLog()
    this.#source ??= log.source(this.#options.identity)
    const size = this.#file.size()
    if (size < this.#source.spoolEnd) this.#startOver(this.#source)
    if (size - this.#source.spoolEnd > this.#options.limits.maxBacklogBytes)
      return this.#skip(log, this.#source, size)

    const position = this.#source.spoolEnd
    const raw = await this.#read(buffer, position)
    return raw.length === 0 ? 'idle' : this.#keep(log, this.#source, raw, size)
  }

  /** Frees the disk space of what is kept, once it is worth it. */
  async freeKeptSpace(): Promise<void> {
    const kept = this.#source?.spoolEnd ?? 0
    if (!this.#canPunch || kept - this.#punchedBytes < this.#options.limits.punchBytes) return
    await (await this.#options.openAppLog()).sync() // only what would survive a power cut may go
    const length = kept - (kept % BLOCK_BYTES)
    this.#canPunch = await punchHole(this.path, length)
    this.#punchedBytes = length
    if (!this.#canPunch)
      this.#options.log.info({ file: this.path }, 'cannot free space inside of spool files')
  }

  /**
   * Overwrites what is kept with zeros: the log has it without its secrets, the spool has it as the app wrote it.
   * Never rejects.
   */
  async blankKept(): Promise<void> {
    try {
      await this.freeKeptSpace() // also of what the last process had read: zeros there would take the space again
      const kept = this.#source?.spoolEnd ?? 0
      const from = Math.max(this.#punchedBytes, this.#blankedBytes)
      if (!this.#canBlank || kept <= from || this.#file.size() < kept) return
      await (await this.#options.openAppLog()).sync()
      await this.#file.blank(from, kept)
      this.#blankedBytes = kept
    } catch (error) {
      this.#canBlank = false
      this.#options.log.warn({ file: this.path, error }, 'kept output cannot be removed from a spool file')
    }
  }

  /** Whether the last read failed although the file is there (no rights, too many open files). */
  get isUnreadable(): boolean {
    return this.#isUnreadable
  }

  /** Lets go of the file. */
  close(): Promise<void> {
    return this.#file.close()
  }

  /** The spool is deleted; forgets its position. */
  async forget(): Promise<void> {
    if (this.#source) await (await this.#options.openAppLog()).endSource(this.#source)
  }

  /** The app emptied its own output file. */
  #startOver(source: LogSource): void {
    source.spoolEnd = 0
    this.#punchedBytes = 0
    this.#blankedBytes = 0
    this.#unfinishedTo = -1
    this.#options.log.info({ file: this.path }, 'spool file was emptied, reading it from its start')
  }

  async #read(buffer: Buffer, position: number): Promise<Buffer> {
    try {
      const raw = await this.#file.read(buffer, position)
      this.#isUnreadable = false
      return raw
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isMissing && !this.#isUnreadable) {
        this.#isUnreadable = true
        this.#options.log.warn({ file: this.path, error }, 'spool file cannot be read')
      }
      return buffer.subarray(0, 0)
    }
  }

  async #keep(log: AppLog, source: LogSource, raw: Buffer, size: number): Promise<StepOutcome> {
    const position = source.spoolEnd
    const hole = leadingZeros(raw)
    const isEnd = this.isEnding && position + raw.length >= size
    const { maxLineBytes } = this.#options.limits
    const taken =
      hole > 0
        ? { text: raw.subarray(0, 0), lineCount: 0, takenBytes: hole }
        : takeLines(raw, { redactor: this.#options.redactor, maxLineBytes, isEnd })
    if (taken.takenBytes === 0) {
      this.#unfinishedTo = position + raw.length
      return 'idle'
    }
    await log.append(source, taken, position + taken.takenBytes)
    this.keptBytes += taken.text.length
    return source.spoolEnd < size ? 'more' : 'kept'
  }

  async #skip(log: AppLog, source: LogSource, size: number): Promise<StepOutcome> {
    const position = size - Math.floor(this.#options.limits.maxBacklogBytes / 2)
    const skippedBytes = position - source.spoolEnd
    const text = Buffer.from(
      `[seaworthy] ${skippedBytes} bytes of output skipped: too much to keep up with\n`,
    )
    await log.append(source, { text, lineCount: 1 }, position)
    this.#options.log.warn({ file: this.path, skippedBytes }, 'output skipped, the instance writes too fast')
    return 'more'
  }
}

/** A hole that was punched, or that the app tore by growing its file, holds no output. */
function leadingZeros(raw: Buffer): number {
  let count = 0
  while (count < raw.length && raw[count] === 0) count += 1
  return count
}
