import { randomBytes } from 'node:crypto'
import type { Server } from 'node:tls'
import type { TicketKey } from './ticket-keys.ts'

/**
 * Verdict, then the keys, and for a new ticket its name and initialization vector. OpenSSL's verdicts (see
 * `SSL_CTX_set_tlsext_ticket_key_evp_cb`): 0 unknown key, 1 good, 2 good and to be renewed.
 */
type TicketVerdict =
  | [verdict: 0 | 1 | 2, hmac: Buffer, aes: Buffer]
  | [verdict: 1, hmac: Buffer, aes: Buffer, name: Buffer, vector: Buffer]

/** What Node has behind `server.setTicketKeys`, which knows one key only: tickets of the previous day would be lost. */
interface TicketContext {
  enableTicketKeyCallback?(): void
  onticketkeycallback?: (name: Buffer, vector: Buffer, isNew: boolean) => TicketVerdict
}

interface Ring {
  name: Buffer
  hmac: Buffer
  aes: Buffer
}

/** The keys that one server seals and opens session tickets with. */
export class TicketRing {
  #keys: Ring[] = []

  /** @param keys newest first, at least one */
  update(keys: readonly TicketKey[]): void {
    this.#keys = keys.map(({ name, hmac, aes }) => ({
      name: Buffer.from(name),
      hmac: Buffer.from(hmac),
      aes: Buffer.from(aes),
    }))
  }

  /** Tickets belong to the server's own context, whatever certificate was chosen by name. */
  attach(server: Server): void {
    const { context } = (server as unknown as { _sharedCreds: { context: TicketContext } })._sharedCreds
    if (context.enableTicketKeyCallback === undefined) {
      const { name, hmac, aes } = this.#keys[0]!
      server.setTicketKeys(Buffer.concat([name, hmac, aes]))
      return
    }
    context.enableTicketKeyCallback()
    context.onticketkeycallback = (name, _vector, isNew) => (isNew ? this.#seal() : this.#open(name))
  }

  #seal(): TicketVerdict {
    const { name, hmac, aes } = this.#keys[0]!
    return [1, hmac, aes, name, randomBytes(16)]
  }

  #open(name: Buffer): TicketVerdict {
    const index = this.#keys.findIndex(key => key.name.equals(name))
    const { hmac, aes } = this.#keys[Math.max(index, 0)]!
    return [index === -1 ? 0 : index === 0 ? 1 : 2, hmac, aes]
  }
}
