/** For tests: stands before a real authority and answers in its place when a test says so. */
import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type PebbleServer, testCertificate } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'

export interface FrontAnswer {
  status: number
  headers?: OutgoingHttpHeaders
  body: object
}

/** The authority makes its URLs of the host that it was asked by, so all of them lead through here. */
export class AuthorityFront {
  readonly directoryUrl: string
  readonly ca: string
  /** Paths that were asked for, with those that were answered here. */
  readonly asked: string[] = []
  /** How many the authority made: what it refused because of a nonce was no order (RFC 8555, 6.5). */
  orders = 0
  readonly #instead: { path: RegExp; answer: FrontAnswer }[] = []

  private constructor({ port, ca }: { port: number; ca: string }) {
    this.directoryUrl = `https://127.0.0.1:${port}/dir`
    this.ca = ca
  }

  static async start(pebble: Pick<PebbleServer, 'directoryUrl' | 'ca'>): Promise<AuthorityFront> {
    const { key, cert } = await testCertificate('DNS:localhost', 'IP:127.0.0.1')
    const server = createServer({ key, cert }, (incoming, outgoing) =>
      front.#answer(incoming, outgoing, pebble),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(
      () => new Promise<void>(resolve => void server.close(() => resolve()).closeAllConnections()),
    )
    const front = new AuthorityFront({ port: (server.address() as AddressInfo).port, ca: cert })
    return front
  }

  /** The next question for such a path does not reach the authority. */
  answerOnce(path: RegExp, answer: FrontAnswer): void {
    this.#instead.push({ path, answer })
  }

  #answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { directoryUrl, ca }: Pick<PebbleServer, 'directoryUrl' | 'ca'>,
  ): void {
    const path = incoming.url!
    this.asked.push(path)
    const at = this.#instead.findIndex(one => one.path.test(path))
    const [instead] = at < 0 ? [] : this.#instead.splice(at, 1)
    if (instead) {
      const { status, headers, body } = instead.answer
      outgoing.writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      outgoing.end(JSON.stringify(body))
      return
    }
    const { method, headers } = incoming
    const asked = request(
      new URL(path, directoryUrl),
      { method: method!, headers, ca, agent: false },
      answer => {
        if (path.startsWith('/order-plz') && answer.statusCode === 201) this.orders++
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      },
    )
    asked.on('error', () => outgoing.destroy())
    incoming.pipe(asked)
  }
}
