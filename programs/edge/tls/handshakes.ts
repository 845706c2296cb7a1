import type { Socket } from 'node:net'
import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'

/**
 * Connections whose handshake is not over: each has a fixed time for it. Node's own `handshakeTimeout` starts anew with
 * every byte, so that a client which sends one now and then would hold its connection for ever.
 */
export class Handshakes {
  readonly #deadlines: Deadlines
  readonly #limitMs: number
  /** By the client's address and port: the socket of the handshake and the one behind it have nothing else in common. */
  readonly #running = new Map<string, Handshake>()

  constructor({ deadlines, limitMs }: { deadlines: Deadlines; limitMs: number }) {
    this.#deadlines = deadlines
    this.#limitMs = limitMs
  }

  begin(socket: Socket): void {
    const handshake = new Handshake(socket, performance.now() + this.#limitMs)
    const key = keyOf(socket)
    this.#running.set(key, handshake)
    this.#deadlines.watch(handshake)
    socket.on('close', () => {
      this.#deadlines.unwatch(handshake)
      if (this.#running.get(key) === handshake) this.#running.delete(key)
    })
  }

  /** @param socket the encrypted one */
  succeed(socket: Socket): void {
    const key = keyOf(socket)
    const handshake = this.#running.get(key)
    if (!handshake) return
    this.#deadlines.unwatch(handshake)
    this.#running.delete(key)
  }
}

class Handshake implements Deadlined {
  readonly #socket: Socket
  readonly deadlineAt: number
  watchIndex = -1

  constructor(socket: Socket, deadlineAt: number) {
    this.#socket = socket
    this.deadlineAt = deadlineAt
  }

  onDeadline(): void {
    this.#socket.destroy()
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
