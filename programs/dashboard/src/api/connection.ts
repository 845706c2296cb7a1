/** Whether the platform answers, and whether we are signed in: what every page needs to know at once. */
import { useSyncExternalStore } from 'react'

export interface Connection {
  /** Since when (milliseconds since 1970) nobody answers; undefined while all is well. */
  lostSince: number | undefined
  /** The session ended while a page was open. */
  signedOut: boolean
}

type Listener = () => void

export class ConnectionStore {
  #state: Connection = { lostSince: undefined, signedOut: false }
  readonly #listeners = new Set<Listener>()

  readonly get = (): Connection => this.#state

  readonly subscribe = (listener: Listener): Listener => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  lost(now = Date.now()): void {
    if (this.#state.lostSince === undefined) this.#set({ lostSince: now })
  }

  found(): void {
    if (this.#state.lostSince !== undefined) this.#set({ lostSince: undefined })
  }

  sessionEnded(): void {
    if (!this.#state.signedOut) this.#set({ signedOut: true })
  }

  signedIn(): void {
    if (this.#state.signedOut) this.#set({ signedOut: false })
  }

  #set(change: Partial<Connection>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }
}

export const connection = new ConnectionStore()

export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.get)
}
