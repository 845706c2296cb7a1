/** For tests: an edge with certificates, and clients that come by TLS. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { CertificateFile, RouteTable } from '@seaworthy/routes'
import { freePort } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import { makeSelfSigned } from '../tls/self-signed.ts'
import { type Reply, TestEdge } from './edge-harness.ts'

export interface SecureEdge {
  edge: TestEdge
  httpsPort: number
  /** Pushes a table; certificates are asked for by `certificate`. */
  push(table: Omit<RouteTable, 'version'>): Promise<void>
  /** Writes a fresh certificate for these hosts. Each has a serial number of its own. */
  certificate(...hosts: string[]): CertificateFile
}

export async function startSecureEdge(env: Record<string, string> = {}): Promise<SecureEdge> {
  const httpsPort = await freePort()
  const edge = await TestEdge.start({ env: { SEAWORTHY_HTTPS_PORT: String(httpsPort), ...env } })
  return secureEdge(edge, httpsPort)
}

export function secureEdge(edge: TestEdge, httpsPort: number): SecureEdge {
  let made = 0
  return {
    edge,
    httpsPort,
    push: async table => {
      const version = (await edge.status()).tableVersion + 1
      const { status, body } = await edge.control('PUT', '/table', { version, ...table })
      if (status !== 200) throw new Error(body)
    },
    certificate: (...hosts) => {
      const file = join(edge.home, `certificate-${++made}.pem`)
      writeFileSync(file, makeSelfSigned({ host: hosts[0]! }), { mode: 0o600 })
      return { hosts, file }
    },
  }
}

export interface SecureRequest {
  port: number
  host?: string
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** A request by HTTP/1.1 on a connection of its own. */
export function askSecurely({ port, host = 'shop.test', body, ...rest }: SecureRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, servername: host, rejectUnauthorized: false, agent: false }
    const headers = { host, ...rest.headers }
    const outgoing = request({ ...options, ...rest, headers }, async incoming => {
      const { statusCode, headers: answered } = incoming
      resolve({ status: statusCode!, headers: answered, body: await text(incoming) })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Closed with the test. */
export async function http2Session(port: number, host = 'shop.test'): Promise<ClientHttp2Session> {
  const socket = await secureSocket(port, { servername: host, ALPNProtocols: ['h2'] })
  const session = connectHttp2(`https://${host}`, { createConnection: () => socket })
  session.on('error', () => undefined)
  onTestFinished(() => session.destroy())
  return session
}

/** Sends one request and waits for the whole answer. */
export async function askHttp2(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<Reply> {
  const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return await readAnswer(stream)
}

export async function readAnswer(stream: ClientHttp2Stream): Promise<Reply> {
  const [headers] = (await once(stream, 'response')) as [Record<string, string>]
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks).toString('latin1') }
}

/** After its handshake; closed with the test. Rejects when there is none. */
export async function secureSocket(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    servername: 'shop.test',
    rejectUnauthorized: false,
    ...options,
  })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}

/** Whom the edge says to be to a client that asks for this name. */
export async function shownTo(port: number, servername: string): Promise<{ name: string; serial: string }> {
  const socket = await secureSocket(port, { servername })
  const { subject, serialNumber } = socket.getPeerCertificate()
  socket.destroy()
  return { name: String(subject.CN), serial: serialNumber }
}
