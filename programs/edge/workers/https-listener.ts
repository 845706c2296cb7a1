import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net'
import type { SecureContext, TLSSocket, Server as TlsServer } from 'node:tls'
import type { RouteTable } from '@seaworthy/routes'
import type { EdgeLimits, TlsMinVersion } from '../config.ts'
import { startHttp2Exchange } from '../grpc/grpc-exchange.ts'
import { Http2Connections } from '../http2/http2-connections.ts'
import type { Deadlines } from '../proxy/deadlines.ts'
import { Dispatcher, type DispatcherOptions } from '../proxy/dispatcher.ts'
import { CertificateStore } from '../tls/certificate-store.ts'
import { ACME_PROTOCOL, offersAcme } from '../tls/client-hello.ts'
import type { TlsUpdate } from '../tls/edge-tls.ts'
import { Handshakes } from '../tls/handshakes.ts'
import { createServer as createTlsServer } from '../tls/lean-tls.ts'
import { MissingCertificates } from '../tls/missing-certificates.ts'
import type { TicketKey } from '../tls/ticket-keys.ts'
import { TicketRing } from '../tls/ticket-ring.ts'
import { securePolicy } from '../tls/tls-policy.ts'
import { createHttp1Server, type Http1Server } from './http1-server.ts'
import { listenOn, stopListening } from './public-port.ts'

export interface HttpsListenerOptions {
  host: string
  port: number
  limits: EdgeLimits
  minVersion: TlsMinVersion
  deadlines: Deadlines
  dispatching: Omit<DispatcherOptions, 'scheme' | 'port'>
  /** What the first handshake is done by. */
  table: RouteTable
  tls: TlsUpdate
  /** A client asked for a host of the table that has no certificate. */
  onMissing(host: string): void
}

type ChooseContext = (serverName: string) => SecureContext | undefined

/**
 * One thread's listening socket on the public HTTPS port: connection → handshake → HTTP/1 or HTTP/2, as the client
 * chooses (ALPN). While a TLS-ALPN challenge is open, the first bytes of a connection decide whether a certificate
 * authority comes; only it is shown the challenge's certificate.
 */
export class HttpsListener {
  readonly #options: HttpsListenerOptions
  readonly #store: CertificateStore
  readonly #missing: MissingCertificates
  readonly #tickets = new TicketRing()
  readonly #tls: TlsServer
  readonly #acme: TlsServer
  readonly #handshakes: Handshakes
  readonly #dispatcher: Dispatcher
  readonly #http1: Http1Server
  readonly #http2: Http2Connections
  readonly #server: NetServer
  #answersOcsp = false

  constructor(options: HttpsListenerOptions) {
    const { limits, minVersion, deadlines, dispatching, port } = options
    const shared = { ...dispatching, scheme: 'https' as const, port }
    this.#options = options
    this.#store = new CertificateStore({ minVersion })
    this.#missing = new MissingCertificates({ report: options.onMissing })
    this.#handshakes = new Handshakes({ deadlines, limitMs: limits.handshakeMs })
    this.#dispatcher = new Dispatcher(shared)
    this.#http1 = createHttp1Server({ limits, dispatcher: this.#dispatcher })
    this.#http1.emit('listening') // it never will by itself, and then would not look for slow clients
    this.#http2 = new Http2Connections({
      ...{ limits, deadlines },
      dispatcher: new Dispatcher({ ...shared, startExchange: startHttp2Exchange }),
    })
    this.#tls = this.#createTls(['h2', 'http/1.1'], name => this.#contextFor(name))
    this.#acme = this.#createTls([ACME_PROTOCOL], name => this.#store.challengeFor(name) ?? refuseName())
    this.#acme.on('secureConnection', socket => socket.end()) // the handshake was the answer
    this.#tls.on('secureConnection', socket => this.#serve(socket))
    this.update(options.table, options.tls)
    this.#tickets.attach(this.#tls)
    this.#server = createNetServer({ noDelay: true }, socket => this.#accept(socket))
  }

  /** Handshakes from now on are by this; connections stay as they are. */
  update(table: RouteTable, { added, ticketKeys }: TlsUpdate): void {
    this.#store.update(table, added)
    this.#missing.update(table)
    this.changeTicketKeys(ticketKeys)
    if (this.#answersOcsp || !this.#store.hasOcspAnswers) return
    this.#answersOcsp = true
    this.#tls.on('OCSPRequest', (leaf, _issuer, answer) =>
      answer(null, this.#store.ocspAnswer(leaf) ?? (null as unknown as Buffer)),
    )
  }

  changeTicketKeys(keys: readonly TicketKey[]): void {
    this.#tickets.update(keys)
  }

  /** Resolves once the port is bound. Rejects when another program, that does not share it, holds the port. */
  listen(): Promise<void> {
    return listenOn(this.#server, this.#options)
  }

  /** Resolves once the last connection is gone. */
  stopListening(): Promise<void> {
    this.#http2.announceEnd()
    return stopListening(this.#server)
  }

  /** Closes connections on which nothing is asked now. */
  closeIdle(): void {
    this.#http1.closeIdleConnections()
    this.#http2.end()
  }

  #createTls(protocols: string[], choose: ChooseContext): TlsServer {
    const { minVersion, tls } = this.#options
    return createTlsServer({
      ...securePolicy(minVersion),
      key: tls.fallbackPem,
      cert: tls.fallbackPem,
      ALPNProtocols: protocols,
      handshakeTimeout: 0, // see `Handshakes`
      SNICallback: (serverName, done) => {
        try {
          done(null, choose(serverName))
        } catch (error) {
          done(error as Error)
        }
      },
    })
  }

  #contextFor(serverName: string): SecureContext | undefined {
    const context = this.#store.contextFor(serverName)
    if (!context) this.#missing.note(serverName)
    return context
  }

  #accept(socket: Socket): void {
    if (!this.#dispatcher.admit(socket)) return
    this.#handshakes.begin(socket)
    if (this.#store.hasChallenges) this.#acceptDuringChallenge(socket)
    else this.#tls.emit('connection', socket)
  }

  /** Reads the ClientHello and puts it back. */
  #acceptDuringChallenge(socket: Socket): void {
    let first: Buffer = Buffer.alloc(0)
    const giveUp = () => socket.destroy()
    socket.on('error', giveUp)
    const look = (chunk: Buffer) => {
      first = Buffer.concat([first, chunk])
      const isAcme = offersAcme(first)
      if (isAcme === undefined) return
      socket.off('data', look)
      socket.off('error', giveUp)
      socket.pause()
      socket.unshift(first)
      const server = isAcme ? this.#acme : this.#tls
      server.emit('connection', socket)
    }
    socket.on('data', look)
  }

  #serve(socket: TLSSocket): void {
    this.#handshakes.succeed(socket)
    if (socket.alpnProtocol === 'h2') this.#http2.accept(socket)
    else this.#http1.emit('connection', socket)
  }
}

function refuseName(): never {
  throw new Error('No challenge is open for this name.')
}
