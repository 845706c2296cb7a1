import { type FileHandle, open } from 'node:fs/promises'
import type { BuildLogChanges } from './build-log-changes.ts'
import { type BuildLogEntry, decodeEntry } from './build-log-entry.ts'

const READ_BYTES = 262_144
/** Looks this often in case another process writes the log. */
const LOOK_MS = 1_000
const NEWLINE = 10

/** All entries on disk with a higher sequence number than `after`. */
export async function* readEntries(path: string, after = 0): AsyncGenerator<BuildLogEntry> {
  yield* entriesFrom({ path, bytes: 0 }, after)
}

export interface FollowEntriesOptions {
  path: string
  after?: number
  signal: AbortSignal
  changes: BuildLogChanges
}

export async function* followEntries({
  path,
  after = 0,
  signal,
  changes,
}: FollowEntriesOptions): AsyncGenerator<BuildLogEntry> {
  const position = { path, bytes: 0 }
  const news = new News(path, changes, signal)
  let wasOpen = false
  try {
    for (;;) {
      const isLast = signal.aborted || (wasOpen && !changes.isOpen(path))
      wasOpen = changes.isOpen(path)
      news.clear()
      let last: BuildLogEntry | undefined
      for await (const entry of entriesFrom(position, after)) {
        yield entry
        last = entry
      }
      if (isLast || (last?.kind === 'closed' && !changes.isOpen(path))) return
      await news.next()
    }
  } finally {
    news.stop()
  }
}

/** How far a file has been read. */
interface Position {
  path: string
  bytes: number
}

async function* entriesFrom(position: Position, after: number): AsyncGenerator<BuildLogEntry> {
  const file = await openIfThere(position.path)
  if (!file) return
  try {
    let buffer = Buffer.allocUnsafe(READ_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position.bytes)
      const whole = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1)
      if (whole.length === 0 && bytesRead < buffer.length) return
      if (whole.length === 0) buffer = Buffer.allocUnsafe(2 * buffer.length)
      position.bytes += whole.length
      yield* decodeAll(whole, after)
    }
  } finally {
    await file.close()
  }
}

function* decodeAll(whole: Buffer, after: number): Generator<BuildLogEntry> {
  for (const line of whole.toString().split('\n')) {
    const entry = decodeEntry(line)
    if (entry && entry.sequence > after) yield entry
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Waits for a write, a close, an abort or, at the latest, the next look. A change since `clear` is not missed. */
class News {
  #happened = false
  #wake: () => void = () => {}
  readonly #stop: () => void

  constructor(path: string, changes: BuildLogChanges, signal: AbortSignal) {
    const happen = () => this.#happen()
    const unlisten = changes.listen(path, happen)
    const timer = setInterval(happen, LOOK_MS).unref()
    signal.addEventListener('abort', happen)
    this.#stop = () => {
      unlisten()
      clearInterval(timer)
      signal.removeEventListener('abort', happen)
    }
  }

  clear(): void {
    this.#happened = false
  }

  async next(): Promise<void> {
    if (this.#happened) return
    await new Promise<void>(resolve => {
      this.#wake = resolve
    })
  }

  stop(): void {
    this.#stop()
  }

  #happen(): void {
    this.#happened = true
    this.#wake()
  }
}
