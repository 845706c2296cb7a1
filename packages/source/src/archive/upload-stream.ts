import { AppError } from '@seaworthy/kit'
import { SourceRefused } from '../errors.ts'

/**
 * The chunks of an upload. Rejects with the signal's reason as soon as it is aborted, and with `SourceRefused` when
 * the sender breaks off. Stopping early leaves the stream as it is, so that a server can still answer on its
 * connection: whoever opened the stream drains or destroys it.
 */
export async function* readUpload(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]()
  const aborted = rejectOnAbort(signal)
  try {
    for (;;) {
      const { value, done } = await Promise.race([iterator.next().catch(rethrowBrokenOff), aborted.promise])
      if (done) return
      yield value
    }
  } finally {
    aborted.dispose()
  }
}

function rethrowBrokenOff(cause: unknown): never {
  if (cause instanceof AppError) throw cause // the server's own: for example a body over its limit
  throw new SourceRefused('upload_interrupted', 'The upload broke off before its end. Send it again.', {
    cause,
  })
}

function rejectOnAbort(signal: AbortSignal | undefined): { promise: Promise<never>; dispose: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {}) // awaited only while a chunk is
  const abort = () => reject(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return { promise, dispose: () => signal?.removeEventListener('abort', abort) }
}
