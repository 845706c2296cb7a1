/** For tests: HTTP/2 frames as nobody in his right mind would send them. */
import type { TLSSocket } from 'node:tls'
import { waitFor } from '@seaworthy/testing'
import { secureSocket } from './secure-edge.ts'

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const

export interface Frame {
  type: number
  flags: number
  stream: number
  payload: Buffer
}

export interface RawHttp2 {
  socket: TLSSocket
  frames: Frame[]
  send(type: number, flags: number, stream: number, payload?: Buffer): void
  /** A request; `endStream` unless told. */
  request(stream: number, headers: [string, string][], options?: { endStream?: boolean }): void
  /** Resolves with the first frame of that stream (0: of the connection) and one of these types. */
  frame(stream: number, ...types: number[]): Promise<Frame>
  /** Resolves once the edge closed the connection. */
  closed: Promise<void>
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const FRAME_HEADER_BYTES = 9

/** A connection whose preface is sent. */
export async function rawHttp2(port: number): Promise<RawHttp2> {
  const socket = await secureSocket(port, { ALPNProtocols: ['h2'] })
  const frames: Frame[] = []
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = takeFrames(Buffer.concat([rest, chunk]), frames)
  })
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  const send: RawHttp2['send'] = (type, flags, stream, payload = Buffer.alloc(0)) => {
    if (socket.writable) socket.write(frameBytes(type, flags, stream, payload))
  }
  socket.write(PREFACE)
  send(FRAME.settings, 0, 0)
  return {
    ...{ socket, frames, send, closed },
    request: (stream, headers, { endStream = true } = {}) =>
      send(FRAME.headers, FLAG.endHeaders | (endStream ? FLAG.endStream : 0), stream, headerBlock(headers)),
    frame: async (stream, ...types) => {
      const find = () => frames.find(frame => frame.stream === stream && types.includes(frame.type))
      await waitFor(() => find() !== undefined)
      return find()!
    },
  }
}

/** The pseudo-headers of a plain request, then the rest. */
export function get(...rest: [string, string][]): [string, string][] {
  return [[':method', 'GET'], [':scheme', 'https'], [':authority', 'shop.test'], [':path', '/'], ...rest]
}

/** Each field literally, without the table and without Huffman (RFC 7541, 6.2.2). */
export function headerBlock(headers: [string, string][]): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'latin1')
    return Buffer.concat([prefixed(bytes.length), bytes])
  }
  return Buffer.concat(
    headers.map(([name, value]) => Buffer.concat([Buffer.from([0]), text(name), text(value)])),
  )
}

/** An integer with a prefix of 7 bits (RFC 7541, 5.1). */
function prefixed(value: number): Buffer {
  if (value < 127) return Buffer.from([value])
  const bytes = [127]
  let rest = value - 127
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}

function frameBytes(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEADER_BYTES)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function takeFrames(bytes: Buffer, frames: Frame[]): Buffer<ArrayBuffer> {
  let at = 0
  while (bytes.length - at >= FRAME_HEADER_BYTES) {
    const end = at + FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    const payload = bytes.subarray(at + FRAME_HEADER_BYTES, end)
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, stream: bytes.readUInt32BE(at + 5), payload })
    at = end
  }
  return Buffer.from(bytes.subarray(at))
}
