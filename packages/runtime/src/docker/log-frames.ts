/** One message of an app as the engine kept it. */
export interface LogFrame {
  stream: 'out' | 'err'
  /** RFC 3339 with nine decimals: sorts as text. */
  timestamp: string
  data: Buffer
}

const HEADER_BYTES = 8
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) /
const TIMESTAMP_BYTES = 31

/**
 * The frames in the engine's log stream (API: "Attach to a container", stream format; with `timestamps`). Each frame is
 * one message. What is no frame ends the stream with an error: then the log is read again from the cursor.
 */
export class LogFrameReader {
  #rest: Buffer = Buffer.alloc(0)

  read(chunk: Buffer): LogFrame[] {
    const frames: LogFrame[] = []
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (bytes.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + bytes.readUInt32BE(4)
      if (bytes.length < end) break
      frames.push(parseFrame(bytes.subarray(0, end)))
      bytes = bytes.subarray(end)
    }
    this.#rest = Buffer.from(bytes)
    return frames
  }
}

function parseFrame(frame: Buffer): LogFrame {
  const type = frame[0]
  const start = frame.subarray(HEADER_BYTES, HEADER_BYTES + TIMESTAMP_BYTES).toString('latin1')
  const timestamp = TIMESTAMP.exec(start)?.[1]
  if ((type !== 1 && type !== 2) || timestamp === undefined) {
    throw new Error("The engine's log stream holds something that is no message of an app.")
  }
  return {
    stream: type === 1 ? 'out' : 'err',
    timestamp,
    data: frame.subarray(HEADER_BYTES + TIMESTAMP_BYTES),
  }
}
