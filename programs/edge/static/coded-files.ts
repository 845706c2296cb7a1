import type { Coding } from '../content/accept-encoding.ts'
import { encodeForKeeping } from '../content/encoders.ts'

/** The threads that compress also read files: some are left for that. */
const MAX_AT_A_TIME = 2

/**
 * Compressed forms of files, made when first asked for and known by what the file holds: a release that leaves a file
 * alone finds its forms made. Bounded by bytes; the one that was asked for longest ago goes first.
 */
export class CodedFiles {
  readonly #maxBytes: number
  readonly #made = new Map<string, Buffer>()
  readonly #underway = new Map<string, Promise<Buffer>>()
  #bytes = 0

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /**
   * @param digest of `body`
   * @returns the coded body; a promise while it is made; undefined when too many are being made right now
   */
  get(digest: string, coding: Coding, body: Buffer): Buffer | Promise<Buffer> | undefined {
    const key = `${coding} ${digest}`
    const made = this.#made.get(key)
    if (made) {
      this.#made.delete(key) // and to the end of the row
      this.#made.set(key, made)
      return made
    }
    return (
      this.#underway.get(key) ??
      (this.#underway.size < MAX_AT_A_TIME ? this.#make(key, coding, body) : undefined)
    )
  }

  #make(key: string, coding: Coding, body: Buffer): Promise<Buffer> {
    const underway = encodeForKeeping(body, coding)
      .then(coded => {
        this.#keep(key, coded)
        return coded
      })
      .finally(() => this.#underway.delete(key))
    this.#underway.set(key, underway)
    return underway
  }

  #keep(key: string, coded: Buffer): void {
    this.#made.set(key, coded)
    this.#bytes += coded.length
    for (const [oldest, { length }] of this.#made) {
      if (this.#bytes <= this.#maxBytes) return
      this.#made.delete(oldest)
      this.#bytes -= length
    }
  }
}
