import type { Socket } from 'node:net'
import { clientOf } from './client-key.ts'
import type { Places } from './places.ts'

/** Open client connections by address, over all threads: at the edge as a whole, and at one app. */
export class ConnectionBounds {
  readonly #places: Places
  readonly #mostPerClient: number
  /** The keys that a connection is counted under. */
  readonly #counted = new WeakMap<Socket, Set<number>>()

  /** @param mostPerClient of the edge as a whole; 0 for no bound */
  constructor({ places, mostPerClient }: { places: Places; mostPerClient: number }) {
    this.#places = places
    this.#mostPerClient = mostPerClient
  }

  /**
   * Counts a new connection until it closes. One too many is reset at once: it gets no answer and leaves nothing
   * behind, since it may be one of a hundred thousand.
   * @returns whether it may stay
   */
  admit(socket: Socket): boolean {
    if (this.#mostPerClient === 0) return true
    if (this.#count(socket, '', addressOf(socket), this.#mostPerClient)) return true
    socket.on('error', () => undefined)
    socket.resetAndDestroy()
    return false
  }

  /** Counts a connection for an app, at the first request that it brings for it. */
  admitTo(scope: string, socket: Socket, address: string, most: number): boolean {
    return this.#count(socket, scope, address, most)
  }

  #count(socket: Socket, scope: string, address: string, most: number): boolean {
    const key = this.#places.keyOf(`${scope} ${clientOf(address)}`)
    let keys = this.#counted.get(socket)
    if (keys?.has(key)) return true
    if (socket.destroyed || !this.#places.take(key, most)) return false
    if (!keys) {
      keys = new Set()
      this.#counted.set(socket, keys)
      const taken = keys
      socket.once('close', () => {
        for (const each of taken) this.#places.leave(each)
      })
    }
    keys.add(key)
    return true
  }
}

function addressOf({ remoteAddress = '' }: Socket): string {
  const isMapped = remoteAddress.startsWith('::ffff:') && remoteAddress.includes('.')
  return isMapped ? remoteAddress.slice(7) : remoteAddress
}
