import type { Coding } from './accept-encoding.ts'
import { createStreamEncoder, type EncoderPlaces, type StreamEncoder } from './encoders.ts'

/** Where the coded bytes go: the part of a response that this needs. */
export interface BodySink {
  readonly destroyed: boolean
  write(data: Buffer): boolean
  end(): unknown
  destroy(): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
}

export interface CodedBodyOptions {
  coding: Coding
  /** Of the body as the app gives it, where it is known. */
  sizeBytes: number | undefined
  response: BodySink
  places: EncoderPlaces
  /** Hears of each piece that goes to the client. */
  onBytes(length: number): void
}

/**
 * A body on its way through an encoder to the client. What comes in is let out at the end of each read from the app, so
 * that a page that is made bit by bit arrives bit by bit. A client that reads slowly stops the encoder, and that stops
 * the app: no more is held than two buffers.
 */
export class CodedBody {
  readonly #encoder: StreamEncoder
  readonly #response: BodySink
  #isFlushing = false
  #flushAgain = false
  #onEnd: (() => void) | undefined

  constructor({ coding, sizeBytes, response, places, onBytes }: CodedBodyOptions) {
    this.#response = response
    this.#encoder = createStreamEncoder(coding, sizeBytes)
    this.#encoder.on('data', (piece: Buffer) => {
      onBytes(piece.length)
      if (response.destroyed || response.write(piece)) return
      this.#encoder.pause()
      response.once('drain', () => this.#encoder.resume())
    })
    this.#encoder.on('end', () => this.#ended())
    this.#encoder.on('error', () => response.destroy())
    this.#encoder.on('close', () => places.giveBack())
    response.once('close', () => this.#abandoned())
  }

  /** Takes the chunk over. @returns false when it is enough for now: see `onceReady` */
  write(chunk: Buffer): boolean {
    return this.#encoder.destroyed || this.#encoder.write(chunk)
  }

  get isFull(): boolean {
    return this.#encoder.writableNeedDrain
  }

  onceReady(listener: () => void): void {
    this.#encoder.once('drain', listener)
  }

  /** Lets out what the encoder holds back. */
  flush(): void {
    if (this.#encoder.destroyed) return
    if (this.#isFlushing) {
      this.#flushAgain = true
      return
    }
    this.#isFlushing = true
    this.#encoder.flush(() => {
      this.#isFlushing = false
      if (!this.#flushAgain) return
      this.#flushAgain = false
      this.flush()
    })
  }

  /** The body is whole. @param onEnd once its last byte is with the response, or the client left */
  end(onEnd: () => void): void {
    this.#onEnd = onEnd
    this.#flushAgain = false
    if (this.#encoder.destroyed) this.#tell()
    else this.#encoder.end()
  }

  #ended(): void {
    if (!this.#response.destroyed) this.#response.end()
    this.#tell()
  }

  #abandoned(): void {
    this.#encoder.destroy()
    this.#tell()
  }

  #tell(): void {
    const onEnd = this.#onEnd
    this.#onEnd = undefined
    onEnd?.()
  }
}
