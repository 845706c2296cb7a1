import { type FileHandle, open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'

const POLL_MS = 60
const CHUNK_BYTES = 64 * 1024
const MAX_LINE_LENGTH = 8 * 1024

/** Reads a file that a command appends to, line by line, until `finish`. */
export class OutputTail {
  readonly #file: string
  readonly #onLine: (line: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #handle: FileHandle | undefined
  #timer: NodeJS.Timeout | undefined
  #reading: Promise<void> = Promise.resolve()
  #rest = ''
  #offset = 0

  constructor({ file, onLine }: { file: string; onLine: (line: string) => void }) {
    this.#file = file
    this.#onLine = onLine
  }

  /** How much the command has written, as far as it was read. */
  get bytesRead(): number {
    return this.#offset
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#reading = this.#readOn().finally(() => this.#timer && this.start())
    }, POLL_MS)
  }

  /** Reads what is left, the unfinished last line too. Call it once the command has ended. */
  async finish(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#reading
    await this.#readOn()
    this.#take(this.#decoder.end())
    if (this.#rest !== '') this.#emit(this.#rest)
    await this.#handle?.close()
  }

  async #readOn(): Promise<void> {
    this.#handle ??= await open(this.#file, 'r').catch(() => undefined)
    const buffer = Buffer.alloc(CHUNK_BYTES)
    while (this.#handle) {
      const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#offset)
      if (bytesRead === 0) return
      this.#offset += bytesRead
      this.#take(this.#decoder.write(buffer.subarray(0, bytesRead)))
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) this.#emit(line)
    while (this.#rest.length > MAX_LINE_LENGTH) {
      this.#emit(this.#rest.slice(0, MAX_LINE_LENGTH))
      this.#rest = this.#rest.slice(MAX_LINE_LENGTH)
    }
  }

  /** Progress bars rewrite their line with carriage returns: the last state is what a terminal would show. */
  #emit(line: string): void {
    const shown = line.replace(/\r+$/, '')
    this.#onLine(shown.slice(shown.lastIndexOf('\r') + 1))
  }
}
