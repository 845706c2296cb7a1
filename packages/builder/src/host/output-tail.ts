import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { LineCutter } from '../line-cutter.ts'

const POLL_MS = 60
const CHUNK_BYTES = 64 * 1024

export interface OutputTailOptions {
  file: string
  /** What lies beyond is not read. */
  maxBytes: number
  /** `continues`: the rest of the same, very long line comes next. */
  onLine(line: string, options?: { continues: boolean }): void
  /** May be called more than once. */
  onTooLarge(): void
}

/**
 * Reads a file that a command appends to, line by line, until `finish` or until the file is larger than it may be. Says
 * so by the file's size, not by what was read: a command can write faster than anybody reads.
 */
export class OutputTail {
  readonly #file: string
  readonly #lines: LineCutter
  readonly #onTooLarge: () => void
  readonly #maxBytes: number
  readonly #decoder = new StringDecoder('utf8')
  #handle: FileHandle | undefined
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> = Promise.resolve()
  #finished: Promise<void> | undefined
  #offset = 0

  constructor({ file, maxBytes, onLine, onTooLarge }: OutputTailOptions) {
    this.#file = file
    this.#maxBytes = maxBytes
    this.#lines = new LineCutter(onLine)
    this.#onTooLarge = onTooLarge
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#reading = this.#readOn().finally(() => this.#timer && this.start())
    }, POLL_MS)
  }

  /** Reads what is left, the unfinished last line too. Call it once the command has ended. */
  finish(): Promise<void> {
    this.#finished ??= this.#finishOnce()
    return this.#finished
  }

  async #finishOnce(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#reading
    await this.#readOn()
    this.#lines.take(this.#decoder.end())
    this.#lines.end()
    await this.#handle?.close()
  }

  async #readOn(): Promise<void> {
    this.#handle ??= await open(this.#file, 'r').catch(() => undefined)
    if (!this.#handle) return
    const { size } = await this.#handle.stat()
    if (size > this.#maxBytes) this.#onTooLarge()
    // Not to the end of the file but to where it ended just now, or a busy writer would keep us here.
    const end = Math.min(size, this.#maxBytes)
    const buffer = Buffer.alloc(CHUNK_BYTES)
    while (this.#offset < end) {
      const length = Math.min(CHUNK_BYTES, end - this.#offset)
      const { bytesRead } = await this.#handle.read(buffer, 0, length, this.#offset)
      if (bytesRead === 0) return
      this.#offset += bytesRead
      this.#lines.take(this.#decoder.write(buffer.subarray(0, bytesRead)))
    }
  }
}
