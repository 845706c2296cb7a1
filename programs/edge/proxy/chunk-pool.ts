/** What one read from a target brings at most. */
const CHUNK_BYTES = 65_536
/** Smaller chunks are cheap garbage. */
const LEAST_BYTES = 16_384
const MAX_FREE = 16

/**
 * Copies of chunks, in buffers that are used again once their bytes are with the kernel. A large body would otherwise
 * leave a buffer for each read to the garbage collector, which lets many pile up before it looks at them.
 */
export class ChunkPool {
  readonly #free: Buffer[] = []
  /** Node has pools of its own, whose memory must never get among ours. */
  readonly #own = new WeakSet<ArrayBufferLike>()

  /** @param chunk at most 64 KB, valid only now @returns a copy of its own */
  copy(chunk: Buffer): Buffer {
    if (chunk.length < LEAST_BYTES) return Buffer.from(chunk)
    const buffer = this.#free.pop() ?? this.#make()
    chunk.copy(buffer)
    return buffer.subarray(0, chunk.length)
  }

  /** Nobody reads the copy any more. */
  giveBack(copy: Buffer): void {
    if (!this.#own.has(copy.buffer) || this.#free.length >= MAX_FREE) return
    this.#free.push(Buffer.from(copy.buffer, 0, CHUNK_BYTES))
  }

  #make(): Buffer {
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    this.#own.add(buffer.buffer)
    return buffer
  }
}
