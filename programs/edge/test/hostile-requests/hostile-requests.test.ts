import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, type TestEdge, target } from '../edge-harness.ts'
import { secureSocket, startSecureEdge } from '../secure-edge.ts'
import type { HostileRequest } from './hostile-request.ts'
import { HOSTILE_REQUESTS } from './hostile-requests.ts'
import { ambiguities, type NaiveServer, naiveServer } from './naive-server.ts'

const HOST = 'shop.localhost'
/** Far more than any case takes: one that hangs is told by its name instead of by the end of the test. */
const HANGS_AFTER_MS = 8_000

for (const scheme of ['http', 'https'] as const) {
  test(`no hostile request reaches a naive server changed in meaning, by ${scheme}`, {
    timeout: 60_000,
  }, async () => {
    const { edge, server, httpsPort } = await start()
    const connect = async (): Promise<Client> =>
      scheme === 'http'
        ? await edge.connect()
        : tlsClient(await secureSocket(httpsPort, { servername: HOST }))

    const seen: Record<string, object> = {}
    for (const request of HOSTILE_REQUESTS)
      seen[request.name] = await outcomeOf(request, { server, connect, edge })

    expect(seen).toEqual(Object.fromEntries(HOSTILE_REQUESTS.map(each => [each.name, expectation(each)])))
  })
}

test('a client that leaves in the middle leaves the server no half request that counts as whole', async () => {
  const { edge, server } = await start()
  const halves = [
    'Content-Length: 100\r\n\r\nGET /smuggled HTTP/1.1\r\n',
    'Transfer-Encoding: chunked\r\n\r\n40\r\nGET /smuggled HTTP/1.1\r\n',
    'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
  ]

  for (const half of halves) {
    server.forget()
    const client = await edge.connect()
    client.socket.write(`POST /half HTTP/1.1\r\nHost: ${HOST}\r\n${half}`)
    await waitFor(() => server.received().includes('POST /half'))
    client.socket.destroy()
    await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)

    expect(server.requests()).toEqual([])
  }
  expect((await edge.ask()).status).toBe(200)
})

interface Client {
  socket: Duplex
  text(): string
  closed: Promise<unknown>
}

async function start() {
  const { edge, httpsPort, push, certificate } = await startSecureEdge({ SEAWORTHY_EDGE_WORKERS: '1' })
  const server = await naiveServer()
  await push({ routes: [route([target(server.port)])], certificates: [certificate(HOST)] })
  return { edge, server, httpsPort }
}

/** What came of it, in the form of `expectation`. */
async function outcomeOf(
  request: HostileRequest,
  { server, connect, edge }: { server: NaiveServer; connect: () => Promise<Client>; edge: TestEdge },
) {
  server.forget()
  const client = await connect()
  client.socket.write(Buffer.from(request.bytes, 'latin1'))
  const ended = await endOf(client)
  const answers = client.text().match(/(?<=^HTTP\/1\.1 )\d(?=\d\d )/gm) ?? []
  const received = server.received()
  const reached = server.requests().map(({ line, body }) => (body === '' ? line : `${line} ${body}`))
  client.socket.destroy()
  const next = await edge.ask({ path: '/next' })
  return {
    ended,
    answers: answers.map(first => `${first}xx`).join(' '),
    reached,
    ambiguities: ambiguities(received),
    leaked: request.never?.exec(received)?.[0],
    next: next.body,
  }
}

function expectation({ answers, reaches }: HostileRequest) {
  return {
    ended: 'closed',
    answers,
    reached: reaches,
    ambiguities: [],
    leaked: undefined,
    // Nothing was left behind on a connection that another client's request comes by.
    next: 'GET /next HTTP/1.1\n',
  }
}

async function endOf(client: Client): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const hangs = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve('still open'), HANGS_AFTER_MS)
  })
  const ended = await Promise.race([client.closed.then(() => 'closed'), hangs])
  clearTimeout(timer)
  return ended
}

function tlsClient(socket: TLSSocket): Client {
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', text => {
    received += text
  })
  const closed = new Promise<void>(resolve => {
    socket.on('end', resolve)
    socket.on('close', resolve)
  })
  return { socket, text: () => received, closed }
}
