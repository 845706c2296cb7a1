/** One command in an instance, over its WebSocket: docs/guides/exec.md has the protocol. */
import { ApiError, EXEC_PROTOCOL, EXEC_STREAM, type ExecEvent } from '@seaworthy/api/client'

export interface ExecTarget {
  slug: string
  /** Of the running ones; the best of `web` when missing. */
  instance?: string
  /** In an instance of its own. */
  fresh?: boolean
}

export interface Size {
  columns: number
  rows: number
}

export type ExecEnd =
  | { kind: 'exit'; code: number | null; signal: string | null }
  /** The platform said why. */
  | { kind: 'closed'; code: number; message?: string }
  /** It never began. */
  | { kind: 'refused'; error: ApiError }

export interface ExecReader {
  onStarted(started: { instance: string; process: string }): void
  /** Resolves once it is shown. */
  onOutput(bytes: Uint8Array): Promise<void>
  onEnd(end: ExecEnd): void
}

/** The platform takes frames of at most 64 KiB. */
const FRAME_BYTES = 32_768
/** What has come and is not shown yet: above the first the platform is asked to wait, below the second to go on. */
const PAUSE_BYTES = 1_000_000
const RESUME_BYTES = 250_000

export class ExecSession {
  readonly #socket: WebSocket
  readonly #reader: ExecReader
  readonly #encoder = new TextEncoder()
  #waitingBytes = 0
  #isPaused = false
  #begun = false
  #end: ExecEnd | undefined
  #isLeft = false

  /** @param origin of the platform: `https://panel.example.org` */
  constructor({
    target,
    size,
    reader,
    origin = location.origin,
  }: {
    target: ExecTarget
    size: Size
    reader: ExecReader
    origin?: string
  }) {
    const url = new URL(execPath(target, size), origin)
    this.#reader = reader
    this.#socket = new WebSocket(url.href.replace(/^http/, 'ws'), [EXEC_PROTOCOL])
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onopen = () => {
      this.#begun = true
    }
    this.#socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      typeof data === 'string' ? this.#hear(JSON.parse(data)) : this.#show(new Uint8Array(data))
    this.#socket.onclose = ({ code }) => void this.#close(code, url)
  }

  /** What somebody types or pastes; of any length. */
  type(text: string): void {
    this.send(this.#encoder.encode(text))
  }

  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) this.#write(bytes.slice(at, at + FRAME_BYTES))
  }

  resize({ columns, rows }: Size): void {
    this.#write(JSON.stringify({ type: 'resize', columns, rows }))
  }

  /** Ends the command, which ends with its socket. Nothing is said of it any more. */
  leave(): void {
    this.#isLeft = true
    this.#socket.close()
  }

  #write(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data)
  }

  #hear(event: ExecEvent): void {
    if (this.#isLeft) return
    if (event.type === 'started') this.#reader.onStarted(event)
    else if (event.type === 'exit') this.#end = { kind: 'exit', code: event.code, signal: event.signal }
    else this.#end = { kind: 'closed', code: 0, message: event.message }
  }

  #show(frame: Uint8Array): void {
    if (this.#isLeft || (frame[0] !== EXEC_STREAM.stdout && frame[0] !== EXEC_STREAM.stderr)) return
    const bytes = frame.subarray(1)
    this.#waitingBytes += bytes.length
    this.#askToWait()
    void this.#reader.onOutput(bytes).then(() => {
      this.#waitingBytes -= bytes.length
      this.#askToWait()
    })
  }

  #askToWait(): void {
    const wanted = this.#isPaused ? this.#waitingBytes > RESUME_BYTES : this.#waitingBytes > PAUSE_BYTES
    if (wanted === this.#isPaused) return
    this.#isPaused = wanted
    this.#write(JSON.stringify({ type: wanted ? 'pause' : 'resume' }))
  }

  async #close(code: number, url: URL): Promise<void> {
    if (this.#isLeft) return
    const end = this.#begun ? this.#endWith(code) : await whyRefused(url)
    if (!this.#isLeft) this.#reader.onEnd(end)
  }

  #endWith(code: number): ExecEnd {
    if (this.#end?.kind === 'exit') return this.#end
    return { ...(this.#end?.kind === 'closed' && this.#end), kind: 'closed', code }
  }
}

function execPath({ slug, instance, fresh }: ExecTarget, { columns, rows }: Size): string {
  const query = new URLSearchParams({ columns: String(columns), rows: String(rows) })
  if (instance !== undefined) query.set('instance', instance)
  if (fresh) query.set('fresh', 'true')
  return `/api/v1/apps/${encodeURIComponent(slug)}/exec?${query}`
}

/** No page is told why its socket was refused; the same request without one is. */
async function whyRefused(url: URL): Promise<ExecEnd> {
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' } })
    if (answer.status !== UPGRADE_REQUIRED)
      return { kind: 'refused', error: new ApiError({ ...(await answer.json()), status: answer.status }) }
  } catch {
    // Nobody answers: as if the line had broken.
  }
  return { kind: 'closed', code: ABNORMAL }
}

/** Nothing would stand in the way now. */
const UPGRADE_REQUIRED = 426
/** RFC 6455, 7.4.1: the connection went without a word. */
const ABNORMAL = 1006
