import { statfs } from 'node:fs/promises'
import { folderBytes } from '@seaworthy/sandbox'

export interface DiskWatchOptions {
  /** The work tree. */
  directory: string
  /** Of all that a build has on the disk. */
  maxBytes: number
}

/** Counting a tree of 20,000 files takes a second, so it is done when the disk lost this share of what may go, or is due. */
const LOOKS_IN_LIMIT = 8
const COUNT_EVERY_MS = 60_000
/** What is free when a command begins is not all for it: others write too. */
const SHARE_OF_FREE = 0.9
/** A disk as full as that tells so by itself. */
const LEAST_BYTES = 64 * 1_048_576

/** Notices when a command of a build takes more of the disk than it may. */
export class DiskWatch {
  readonly #options: DiskWatchOptions
  #maxBytes: number | undefined
  #freeBytes = 0
  #countedAt = 0

  constructor(options: DiskWatchOptions) {
    this.#options = options
  }

  /**
   * One look.
   * @param besidesBytes what the command has on the disk outside of the work tree
   * @returns bytes beyond the limit that counts, or undefined
   */
  async look(
    besidesBytes: () => Promise<number>,
  ): Promise<{ takenBytes: number; maxBytes: number } | undefined> {
    const free = await freeBytes(this.#options.directory)
    const maxBytes = this.#limit(free)
    if (!this.#isDue(free, maxBytes)) return undefined
    this.#freeBytes = free
    this.#countedAt = performance.now()
    const takenBytes = (await folderBytes(this.#options.directory)) + (await besidesBytes())
    return takenBytes > maxBytes ? { takenBytes, maxBytes } : undefined
  }

  #limit(free: number): number {
    if (this.#maxBytes === undefined) {
      this.#maxBytes = Math.min(this.#options.maxBytes, Math.max(LEAST_BYTES, SHARE_OF_FREE * free))
      this.#freeBytes = free
      this.#countedAt = performance.now()
    }
    return this.#maxBytes
  }

  #isDue(free: number, maxBytes: number): boolean {
    const hasLost = free < this.#freeBytes - maxBytes / LOOKS_IN_LIMIT
    return hasLost || performance.now() - this.#countedAt > COUNT_EVERY_MS
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}
