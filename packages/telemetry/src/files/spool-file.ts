import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** The file that an instance appends to. We only read it: it cannot be renamed or cut while somebody writes. */
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

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}
