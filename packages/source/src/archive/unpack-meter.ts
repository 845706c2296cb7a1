import { SourceRefused } from '../errors.ts'
import { tooLarge, tooManyEntries } from '../tree/tree-steps.ts'

export interface UnpackLimits {
  maxEntries: number
  maxUnpackedBytes: number
  /** Unpacked bytes for each packed one. */
  maxRatio: number
}

/** A few megabytes of zeros are an empty database or image, no attack: below this the ratio does not count. */
const RATIO_FREE_BYTES = 4 * 1024 * 1024

/** An archive has some bytes of its own for each entry, stored or not. */
const ARCHIVE_SLACK_BYTES = 64 * 1024 * 1024

const HEADER_BYTES = 2048

/** Counts what really goes in and comes out, whatever the archive's headers claim, and throws at the first excess. */
export class UnpackMeter {
  readonly #limits: UnpackLimits
  #packedBytes = 0
  #expandedBytes = 0
  #fileBytes = 0
  #entries = 0

  constructor(limits: UnpackLimits) {
    this.#limits = limits
  }

  /** Bytes of the archive as sent. */
  addPacked(bytes: number): void {
    this.#packedBytes += bytes
    if (this.#packedBytes > this.#limits.maxUnpackedBytes + ARCHIVE_SLACK_BYTES) {
      throw new SourceRefused('archive_too_large', tooLarge(this.#limits.maxUnpackedBytes).message)
    }
  }

  /** Bytes out of the decompressor. */
  addExpanded(bytes: number): void {
    this.#expandedBytes += bytes
    // Files and a few headers for each: an archive of headers alone would keep us reading without end.
    const { maxUnpackedBytes, maxEntries } = this.#limits
    if (this.#expandedBytes > maxUnpackedBytes + maxEntries * HEADER_BYTES + ARCHIVE_SLACK_BYTES) {
      throw tooLarge(maxUnpackedBytes)
    }
    if (this.#expandedBytes < RATIO_FREE_BYTES) return
    if (this.#expandedBytes <= this.#packedBytes * this.#limits.maxRatio) return
    throw new SourceRefused(
      'ratio_too_high',
      `The archive unpacks to more than ${this.#limits.maxRatio} times its size, as those made to fill a disk do. ` +
        'If its content is real, leave out the large files that are almost empty, or send it as a plain .tar.',
    )
  }

  /** Bytes of a file's content. */
  addFileBytes(bytes: number): void {
    this.#fileBytes += bytes
    if (this.#fileBytes > this.#limits.maxUnpackedBytes) throw tooLarge(this.#limits.maxUnpackedBytes)
  }

  addEntry(): void {
    this.#entries += 1
    if (this.#entries > this.#limits.maxEntries) throw tooManyEntries(this.#limits.maxEntries)
  }
}
