import { randomBytes } from 'node:crypto'
import type { AcmeChallenge } from '@seaworthy/routes'

/**
 * Questions of our own, answered by our edge as those of an authority are: whether a name leads here, nobody can tell
 * but by going there.
 */
export class Probes {
  readonly #open = new Map<string, AcmeChallenge & { type: 'http-01' }>()

  /** For the route table. */
  get challenges(): AcmeChallenge[] {
    return [...this.#open.values()]
  }

  add(host: string): { token: string; answer: string } {
    const token = `seaworthy-${randomBytes(16).toString('base64url')}`
    const answer = randomBytes(32).toString('base64url')
    this.#open.set(token, { type: 'http-01', host, token, keyAuthorization: answer })
    return { token, answer }
  }

  remove(token: string): void {
    this.#open.delete(token)
  }
}
