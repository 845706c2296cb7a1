import type { Socket } from 'node:net'
import { clientOf } from './client-key.ts'
import type { Places } from './places.ts'

/** Of the files that may be open: from here on it is crowded … */
const CROWDED = 0.6
/** … and from here on full, since whoever is inside needs connections to targets. */
const FULL = 0.85
/** What an address may have of its bound while it is crowded. */
const CROWDED_SHARE = 1 / 20

/**
 * Open client connections by address, over all threads: at the edge as a whole, and at one app. Where files that may be
 * open get short, an address gets fewer new ones, so that many addresses together do not keep out all others.
 */
export class ConnectionBounds {
  readonly #places: Places
  readonly #mostPerClient: number
  readonly #maxFiles: number
  /** All connections are counted under it. */
  readonly #all: number
  /** The keys that a connection is counted under. */
  readonly #counted = new WeakMap<Socket, Set<number>>()

  /**
   * @param mostPerClient of the edge as a whole; 0 for no bound
   * @param maxFiles that the process may have open
   */
  constructor({
    places,
    mostPerClient,
    maxFiles,
  }: { places: Places; mostPerClient: number; maxFiles: number }) {
    this.#places = places
    this.#mostPerClient = mostPerClient
    this.#maxFiles = maxFiles
    this.#all = places.keyOf('all')
  }

  /**
   * Counts a new connection until it closes. One too many is reset at once: it gets no answer and leaves nothing
   * behind, since it may be one of a hundred thousand.
   * @returns whether it may stay
   */
  admit(socket: Socket): boolean {
    if (this.#mostPerClient === 0) return true
    const most = this.#mostNow()
    if (most > 0 && this.#count(socket, '', addressOf(socket), most)) {
      this.#take(socket, this.#all, Number.POSITIVE_INFINITY)
      return true
    }
    socket.on('error', () => undefined)
    socket.resetAndDestroy()
    return false
  }

  /** Counts a connection for an app, at the first request that it brings for it. */
  admitTo(scope: string, socket: Socket, address: string, most: number): boolean {
    return this.#count(socket, scope, address, most)
  }

  /** 0 where no more fit. */
  #mostNow(): number {
    const open = this.#places.taken(this.#all)
    if (open < this.#maxFiles * CROWDED) return this.#mostPerClient
    return open < this.#maxFiles * FULL ? Math.ceil(this.#mostPerClient * CROWDED_SHARE) : 0
  }

  #count(socket: Socket, scope: string, address: string, most: number): boolean {
    return this.#take(socket, this.#places.keyOf(`${scope} ${clientOf(address)}`), most)
  }

  #take(socket: Socket, key: number, most: number): boolean {
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
