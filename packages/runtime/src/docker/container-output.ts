import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DockerEngine } from '@seaworthy/docker'
import { createPace } from '@seaworthy/kit'
import {
  advance,
  cursorAtStart,
  type LogCursor,
  readCursor,
  removeCursor,
  SeenFilter,
  sinceOf,
  sizeOf,
  writeCursor,
} from './log-cursor.ts'
import { type LogFrame, LogFrameReader } from './log-frames.ts'

export interface ContainerOutputOptions {
  engine: DockerEngine
  container: string
  /** The instance's id: names the files. */
  id: string
  directory: string
}

/** The cursor may be stale (what follows it is told apart), so it is not written for each chunk of a flood. */
const CURSOR_INTERVAL_MS = 250
/**
 * Each message is taken apart in the platform's own process, so one app's flood must not be all that it does. Some
 * 70,000 short lines a second get through; the engine keeps the last 50 MB of what waits, and gives up the rest.
 */
const COPIED_BYTES_PER_SECOND = 10 * 1_048_576
/** The engine sends each message by itself; what comes within this time is copied at once. */
const GATHER_MS = 5
/** When nothing came for so long, nothing waits. */
const QUIET_MS = 1_000

/**
 * Copies what the engine keeps of an instance's output into its spool files. The engine keeps it without us (driver
 * `local`, bounded and rotated), so a dead control plane blocks no app; the cursor beside the files says where to go on.
 */
export class ContainerOutput {
  readonly #options: ContainerOutputOptions
  readonly #files: { out: string; err: string; cursor: string }
  #lastCameAt = 0
  #lastPrintedAt = 0

  constructor(options: ContainerOutputOptions) {
    this.#options = options
    const base = join(options.directory, options.id)
    this.#files = { out: `${base}.out`, err: `${base}.err`, cursor: `${base}.cursor` }
  }

  /** Before the first message: what the files hold already stays. */
  async begin(): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true })
    for (const file of [this.#files.out, this.#files.err]) await (await open(file, 'a', 0o600)).close()
    await writeCursor(this.#files.cursor, cursorAtStart(this.#sizes()))
  }

  /** Copies from the cursor on, until the container ends; of an ended one, what is left. Rejects when it is cut off. */
  async copy(signal: AbortSignal): Promise<void> {
    const cursor = readCursor(this.#files.cursor) ?? cursorAtStart({ out: 0, err: 0 })
    const filter = new SeenFilter(cursor, this.#sizes())
    const stream = (await this.#open(cursor, signal)) as Readable
    const handles = {
      out: await open(this.#files.out, 'a', 0o600),
      err: await open(this.#files.err, 'a', 0o600),
    }
    try {
      await this.#copyFrames(stream, { cursor, filter, handles })
    } finally {
      await Promise.all([handles.out.close(), handles.err.close()])
    }
  }

  /** Up to when all that was printed is copied, in milliseconds since 1970, by the engine's clock while it is behind. */
  seenUntil(now = Date.now()): number {
    return now - this.#lastCameAt < QUIET_MS ? this.#lastPrintedAt : now
  }

  /** The spool files stay: they are their reader's. */
  forget(): void {
    removeCursor(this.#files.cursor)
  }

  async #copyFrames(stream: Readable, { cursor, filter, handles }: CopyState): Promise<void> {
    const frames = new LogFrameReader()
    let reached = cursor
    const pace = createPace(COPIED_BYTES_PER_SECOND)
    let writtenAt = 0
    for await (const chunks of gathered(stream)) {
      const fresh = chunks.flatMap(chunk => frames.read(chunk)).filter(frame => filter.isAfter(frame))
      this.#lastCameAt = Date.now()
      reached = await append(fresh, { cursor: reached, filter, handles })
      if (fresh.length > 0) this.#lastPrintedAt = Date.parse(fresh.at(-1)!.timestamp)
      await pace.after(lengthOf(chunks))
      if (performance.now() - writtenAt < CURSOR_INTERVAL_MS) continue
      await writeCursor(this.#files.cursor, reached)
      writtenAt = performance.now()
    }
    await writeCursor(this.#files.cursor, reached)
  }

  #sizes(): { out: number; err: number } {
    return { out: sizeOf(this.#files.out), err: sizeOf(this.#files.err) }
  }

  async #open(cursor: LogCursor, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const { engine, container } = this.#options
    return engine.call('read the output of an instance', () =>
      engine.client.getContainer(container).logs({
        stdout: true,
        stderr: true,
        timestamps: true,
        // The engine takes seconds with a fraction; the types know whole ones only.
        since: sinceOf(cursor) as unknown as number,
        follow: true,
        abortSignal: signal,
      }),
    )
  }
}

interface CopyState {
  cursor: LogCursor
  filter: SeenFilter
  handles: { out: FileHandle; err: FileHandle }
}

/** Many messages at once while many come; the first after a quiet time comes at once. */
async function* gathered(stream: Readable): AsyncGenerator<Buffer[]> {
  let chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    if (stream.readableLength > 0) continue
    yield chunks
    chunks = []
    await sleep(GATHER_MS, undefined, { ref: false })
  }
  if (chunks.length > 0) yield chunks
}

async function append(frames: LogFrame[], { cursor, filter, handles }: CopyState): Promise<LogCursor> {
  const lengths = { ...cursor.lengths }
  let reached = cursor
  const parts: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] }
  for (const frame of frames) {
    parts[frame.stream].push(filter.withoutAppended(frame))
    lengths[frame.stream] += frame.data.length
    reached = advance(reached, frame)
  }
  for (const stream of ['out', 'err'] as const) await appendAll(handles[stream], parts[stream])
  return { ...reached, lengths }
}

/** Without a copy: of a flood, copies are what the garbage collector would be busy with. */
async function appendAll(handle: FileHandle, parts: readonly Buffer[]): Promise<void> {
  const bytes = lengthOf(parts)
  if (bytes === 0) return
  const { bytesWritten } = await handle.writev(parts)
  // A disk that is full takes a part. What was taken is found by the file's length when it is tried again.
  if (bytesWritten < bytes) throw new Error('The output could not be written as a whole.')
}

function lengthOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0)
}
