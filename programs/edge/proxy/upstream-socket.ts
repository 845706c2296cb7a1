import { Socket } from 'node:net'

type WriteCallback = (error?: Error | null) => void

/**
 * A socket that survives a failed write. A target that answers early, such as with 413, and closes makes our next write
 * fail; Node would destroy the socket there and then, and with it the answer that lies unread in the kernel. Here the
 * write counts as done and reading goes on: it brings the answer, or the same error.
 */
export class UpstreamSocket extends Socket {
  override _write(chunk: unknown, encoding: BufferEncoding, callback: WriteCallback): void {
    super._write(chunk, encoding, () => callback())
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], callback: WriteCallback): void {
    super._writev!(chunks, () => callback())
  }
}
