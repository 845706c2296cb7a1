export interface Peeked {
  /** The first `length` bytes, or all there are. */
  head: Buffer
  /** The whole stream, the head included. Can be read once. */
  all: AsyncGenerator<Buffer>
}

/** Reads the beginning of a stream without taking it away from whoever reads the stream. */
export async function peek(stream: AsyncGenerator<Buffer>, length: number): Promise<Peeked> {
  const chunks: Buffer[] = []
  for (let gathered = 0; gathered < length; ) {
    const { value, done } = await stream.next()
    if (done) break
    gathered += value.length
    chunks.push(value)
  }
  const beginning = Buffer.concat(chunks)
  return { head: beginning.subarray(0, length), all: rejoin(beginning, stream) }
}

async function* rejoin(beginning: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (beginning.length > 0) yield beginning
  yield* rest
}
