import type { Transform } from 'node:stream'
import type { Coding } from './accept-encoding.ts'

/**
 * `node:zlib` without its ES exports (see `lean-http`), and not before the first answer that wants it: an edge whose
 * apps compress themselves never loads it.
 */
const zlib = () => process.getBuiltinModule('node:zlib')

/** Set so that an encoder takes 0.3 MB (gzip) to 0.9 MB (zstd), whatever passes it. Measured on Node 26. */
const GZIP_LEVEL = 6
const BROTLI_QUALITY = 4
const BROTLI_WINDOW_BITS = 18
const ZSTD_LEVEL = 3
const ZSTD_WINDOW_BITS = 18
const OUTPUT_BYTES = 16_384

/** Compresses a small body on the spot: up to 16 KB that takes less than a trip to another thread and back. */
export function encodeAtOnce(body: Buffer, coding: Coding): Buffer {
  if (coding === 'gzip') return zlib().gzipSync(body, { level: GZIP_LEVEL })
  if (coding === 'br') return zlib().brotliCompressSync(body, brotliOptions(BROTLI_QUALITY, body.length))
  return zlib().zstdCompressSync(body, zstdOptions(ZSTD_LEVEL))
}

/** Compresses what is kept and sent many times, in another thread, with more care. */
export function encodeForKeeping(body: Buffer, coding: Coding): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer) => (error ? reject(error) : resolve(result))
    if (coding === 'gzip') zlib().gzip(body, { level: GZIP_LEVEL }, done)
    else if (coding === 'br')
      zlib().brotliCompress(body, brotliOptions(KEPT_BROTLI_QUALITY, body.length), done)
    else zlib().zstdCompress(body, zstdOptions(KEPT_ZSTD_LEVEL), done)
  })
}

const KEPT_BROTLI_QUALITY = 6
const KEPT_ZSTD_LEVEL = 9

/** An encoder for a body that comes in pieces. `flush` lets out what it holds back. */
export type StreamEncoder = Transform & { flush(callback?: () => void): void }

export function createStreamEncoder(coding: Coding, sizeBytes: number | undefined): StreamEncoder {
  const { createBrotliCompress, createGzip, createZstdCompress } = zlib()
  if (coding === 'gzip') return createGzip({ level: GZIP_LEVEL, chunkSize: OUTPUT_BYTES })
  if (coding === 'br') return createBrotliCompress(brotliOptions(BROTLI_QUALITY, sizeBytes ?? 0))
  return createZstdCompress(zstdOptions(ZSTD_LEVEL))
}

function brotliOptions(quality: number, sizeHint: number) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = zlib().constants
  return {
    chunkSize: OUTPUT_BYTES,
    params: {
      [BROTLI_PARAM_QUALITY]: quality,
      [BROTLI_PARAM_LGWIN]: BROTLI_WINDOW_BITS,
      [BROTLI_PARAM_SIZE_HINT]: Math.min(sizeHint, 2 ** 30),
    },
  }
}

function zstdOptions(level: number) {
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = zlib().constants
  const params = { [ZSTD_c_compressionLevel]: level, [ZSTD_c_windowLog]: ZSTD_WINDOW_BITS }
  return { chunkSize: OUTPUT_BYTES, params }
}

/** How many encoders may work at the same time in one worker, so that their memory is bounded. */
export class EncoderPlaces {
  #free: number

  constructor({ places }: { places: number }) {
    this.#free = places
  }

  /** @returns false when all are taken: the answer goes out as it is */
  take(): boolean {
    if (this.#free === 0) return false
    this.#free--
    return true
  }

  giveBack(): void {
    this.#free++
  }
}
