import type { Socket } from 'node:net'

/** How long a client may take on top of what it was told: it may have sent its next request at the last moment. */
const GRACE_MS = 1_000
const LOOK_EVERY_MS = 1_000

/** A client's HTTP/1 connection that has brought a request at least. */
export interface KeptConnection {
  /** What an answer says of the connection's future, and the end of its head. */
  readonly keepAliveLines: string
  /** One request less is under way on it. */
  answered(): void
}

/**
 * Closes connections on which a client asks nothing more. One look a second for all of them: Node would arm a timer
 * after each answer and disarm it with the next request, which costs as much as parsing the request.
 */
export class KeptConnections {
  readonly #timeoutMs: number
  readonly #lines: string
  readonly #open = new Map<Socket, Kept>()
  #timer: NodeJS.Timeout | undefined

  /** @param timeoutMs between the end of an answer and the next request */
  constructor({ timeoutMs }: { timeoutMs: number }) {
    this.#timeoutMs = timeoutMs
    this.#lines = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeoutMs / 1_000)}\r\n\r\n`
  }

  /** A request came: until `answered` is called the connection stays open. */
  asked(socket: Socket): KeptConnection {
    const kept = this.#open.get(socket) ?? this.#add(socket)
    kept.asked()
    return kept
  }

  /** It speaks another protocol from now on. */
  forget(socket: Socket): void {
    this.#open.delete(socket)
  }

  #add(socket: Socket): Kept {
    const kept = new Kept(this.#lines)
    this.#open.set(socket, kept)
    socket.once('close', () => this.#open.delete(socket))
    this.#timer ??= setInterval(() => this.#look(), Math.min(LOOK_EVERY_MS, this.#timeoutMs)).unref()
    return kept
  }

  #look(): void {
    const before = performance.now() - this.#timeoutMs - GRACE_MS
    for (const [socket, kept] of this.#open) if (kept.isUnused(socket, before)) socket.destroy()
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

class Kept implements KeptConnection {
  readonly keepAliveLines: string
  #underWay = 0
  #idleSince = 0
  /** What had been read when it was first seen idle; -1 while it is not. */
  #bytesRead = -1

  constructor(keepAliveLines: string) {
    this.keepAliveLines = keepAliveLines
  }

  asked(): void {
    this.#underWay++
    this.#bytesRead = -1
  }

  answered(): void {
    this.#underWay--
    this.#idleSince = performance.now()
  }

  isUnused({ bytesRead }: Socket, before: number): boolean {
    if (this.#underWay > 0) return false
    if (this.#bytesRead === -1) this.#bytesRead = bytesRead
    // A request has begun: Node sees to it that its head comes in time.
    return this.#idleSince < before && this.#bytesRead === bytesRead
  }
}
