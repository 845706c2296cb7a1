import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { recoverAppLog } from './recover-app-log.ts'
import { type LogRetention, oldestToKeep, segmentsToDelete } from './retention.ts'
import {
  encodeRecord,
  encodeSources,
  type KeptSegment,
  type LogSource,
  RECORD,
  segmentName,
} from './segment-format.ts'

export interface AppLogOptions {
  /** The app's own folder. */
  directory: string
  segmentMaxBytes: number
  retention: LogRetention
}

/** Lines that were just kept, for those who follow. */
export interface AppendedLines {
  source: LogSource
  at: number
  firstSequence: number
  lineCount: number
  text: Buffer
}

export type SourceIdentity = Pick<LogSource, 'instanceId' | 'process' | 'release' | 'stream'>

/** A clock that steps back further than this is believed; smaller steps only hold time still. */
const CLOCK_STEP_MS = 60_000

/**
 * The kept lines of one app: segment files of which the newest grows. The caller takes turns: no two methods at once.
 * A failed write (full disk) changes nothing: the same lines can be appended again.
 */
export class AppLog {
  readonly #options: AppLogOptions
  readonly #sources = new Map<number, LogSource>()
  /** Sources that the active segment knows. */
  readonly #declared = new Set<number>()
  readonly #listeners = new Set<(lines: AppendedLines) => void>()
  #segments: KeptSegment[] = []
  #handle: FileHandle | undefined
  #nextSequence = 1
  #nextSource = 1
  #lastAt = 0

  constructor(options: AppLogOptions) {
    this.#options = options
  }

  /** Finds what an earlier process kept; a record that it did not finish is cut off. */
  async open(): Promise<void> {
    const found = await recoverAppLog(this.#options.directory)
    this.#segments = found.segments
    this.#nextSequence = found.nextSequence
    this.#nextSource = found.nextSource
    this.#lastAt = found.lastAt
    for (const source of found.sources) {
      this.#sources.set(source.number, source)
      this.#declared.add(source.number)
    }
  }

  /** Sequence number that the next line will get. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** Oldest first. */
  get segments(): readonly KeptSegment[] {
    return this.#segments.map(segment => ({ ...segment }))
  }

  /** The known source of that instance and stream, with the position kept for it; else a new one. */
  source(identity: SourceIdentity): LogSource {
    const known = [...this.#sources.values()].find(
      source => source.instanceId === identity.instanceId && source.stream === identity.stream,
    )
    if (known) return known
    const source = { ...identity, number: this.#nextSource++, spoolEnd: 0 }
    this.#sources.set(source.number, source)
    return source
  }

  /** Keeps whole lines and, with them, how far the spool has been read. */
  async append(
    source: LogSource,
    lines: { text: Buffer; lineCount: number },
    spoolEnd: number,
  ): Promise<void> {
    const at = await this.#stamp()
    const firstSequence = this.#nextSequence
    const { text, lineCount } = lines
    const record = encodeRecord(
      { kind: RECORD.lines, at, firstSequence, spoolEnd, source: source.number, lineCount },
      text,
    )
    const declaration = this.#declared.has(source.number) ? [] : [encodeSources([source], at, firstSequence)]
    await this.#write(Buffer.concat([...declaration, record]))
    this.#declared.add(source.number)
    source.spoolEnd = spoolEnd
    this.#nextSequence += lineCount
    for (const listener of this.#listeners) listener({ source, at, firstSequence, lineCount, text })
  }

  /** The source's spool is gone: its position is forgotten. */
  async endSource(source: LogSource): Promise<void> {
    const isKept = this.#declared.delete(source.number)
    this.#sources.delete(source.number)
    if (!isKept) return
    const ended = { kind: RECORD.sourceEnded, source: source.number, spoolEnd: 0, lineCount: 0 }
    const at = await this.#stamp()
    await this.#write(encodeRecord({ ...ended, at, firstSequence: this.#nextSequence }, Buffer.alloc(0)))
  }

  /** Resolves once all appended lines would survive a power cut. */
  async sync(): Promise<void> {
    if (this.#segments.length > 0) await (await this.#openActive()).datasync()
  }

  /** Calls `listener` with all lines appended from now on, until the returned function is called. */
  listen(listener: (lines: AppendedLines) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Deletes what is too old or too much. */
  async applyRetention(): Promise<void> {
    const { retention } = this.#options
    if (this.#hasLines() && this.#lastAt < oldestToKeep(retention)) await this.#rotate(this.#lastAt)
    for (const segment of segmentsToDelete(this.#segments, retention)) {
      await rm(segment.path, { force: true })
      this.#segments.shift()
    }
  }

  /** Deletes all lines. Sources that are still read go on where they are. */
  async drop(): Promise<void> {
    await this.close()
    this.#segments = []
    this.#declared.clear()
    await rm(this.#options.directory, { recursive: true, force: true })
    if (this.#sources.size > 0) await this.#startSegment(Date.now())
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** The time for the next record; sees to it that there is a segment for it, whose times never go back. */
  async #stamp(): Promise<number> {
    const now = Date.now()
    const active = this.#segments.at(-1)
    const steppedBack = now < this.#lastAt - CLOCK_STEP_MS
    const at = steppedBack ? now : Math.max(now, this.#lastAt)
    if (!active) await this.#startSegment(at)
    else if (steppedBack || active.bytes >= this.#options.segmentMaxBytes) {
      await this.#rotate(at)
      await this.applyRetention()
    }
    this.#lastAt = at
    return at
  }

  /** Whether the active segment has any. */
  #hasLines(): boolean {
    const active = this.#segments.at(-1)
    return active !== undefined && active.firstSequence < this.#nextSequence
  }

  async #rotate(createdAt: number): Promise<void> {
    await this.sync() // the next segment's positions must not be on disk before the lines that they stand for
    await this.#startSegment(createdAt)
  }

  async #startSegment(createdAt: number): Promise<void> {
    const firstSequence = this.#nextSequence
    const path = join(this.#options.directory, segmentName({ firstSequence, createdAt }))
    const sources = [...this.#sources.values()]
    const checkpoint = encodeSources(sources, createdAt, firstSequence)
    const handle = await createFile(this.#options.directory, path, checkpoint)
    await this.close()
    this.#handle = handle
    this.#segments.push({ path, firstSequence, createdAt, bytes: checkpoint.length })
    this.#declared.clear()
    for (const source of sources) this.#declared.add(source.number)
  }

  async #write(record: Buffer): Promise<void> {
    const active = this.#segments.at(-1)!
    const handle = await this.#openActive()
    try {
      await writeAll(handle, record, active.bytes)
    } catch (error) {
      await handle.truncate(active.bytes).catch(() => {}) // a half record is harmless: it fails its checksum
      throw error
    }
    active.bytes += record.length
  }

  async #openActive(): Promise<FileHandle> {
    this.#handle ??= await open(this.#segments.at(-1)!.path, 'r+')
    return this.#handle
  }
}

async function createFile(directory: string, path: string, content: Buffer): Promise<FileHandle> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const handle = await open(path, 'w', 0o600)
  try {
    await writeAll(handle, content, 0)
    return handle
  } catch (error) {
    await handle.close()
    await rm(path, { force: true })
    throw error
  }
}

async function writeAll(handle: FileHandle, content: Buffer, position: number): Promise<void> {
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await handle.write(content, done, content.length - done, position + done)
    done += bytesWritten
  }
}
