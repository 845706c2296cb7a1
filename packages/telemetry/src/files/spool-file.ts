import { constants, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const BLANK = Buffer.alloc(65_536)

/** The file that an instance appends to. It cannot be renamed or cut while somebody writes, only read and blanked. */
export class SpoolFile {
  readonly path: string
  #handle: FileHandle | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Its length now; 0 while it does not exist. */
  size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Fills `buffer` from `position` on as far as there is something; returns the filled part. */
  async read(buffer: Buffer, position: number): Promise<Buffer> {
    this.#handle ??= await open(this.path, 'r')
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }

  /** Writes zeros over what lies between; the length stays, and so does what is appended meanwhile. */
  async blank(from: number, to: number): Promise<void> {
    const file = await open(this.path, constants.O_WRONLY | constants.O_NOFOLLOW)
    try {
      for (let at = from; at < to; ) {
        const { bytesWritten } = await file.write(BLANK, 0, Math.min(BLANK.length, to - at), at)
        at += bytesWritten
      }
    } finally {
      await file.close()
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}
