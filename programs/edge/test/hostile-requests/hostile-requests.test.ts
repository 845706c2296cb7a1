import type { Socket } from 'node:net'
import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { type RawClient, rawBackend, route, TestEdge, target } from '../edge-harness.ts'
import { HOSTILE_REQUESTS, type HostileRequest } from './hostile-requests.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test('no hostile request reaches a naive server changed in meaning', { timeout: 120_000 }, async () => {
  const edge = await TestEdge.start()
  const server = await naiveServer()
  await edge.push(route([target(server.port)]))

  for (const request of HOSTILE_REQUESTS) {
    server.forget()
    const client = await edge.connect()
    client.socket.write(request.bytes, 'latin1')
    const answer = await answerOf(client, request)

    expect(answer, request.name).toMatch(request.answer)
    expect(server.requestLines(), request.name).toEqual(request.reaches)
    if (request.never) expect(server.received(), request.name).not.toMatch(request.never)
    expect(answer.match(/^HTTP\/1\.1 2/gm) ?? [], request.name).toHaveLength(request.reaches.length)
    client.socket.destroy()
  }
  expect((await edge.ask()).status).toBe(200)
})

test('a client that leaves in the middle leaves the server no half request that counts as whole', async () => {
  const edge = await TestEdge.start()
  const server = await naiveServer()
  await edge.push(route([target(server.port)]))
  const halves = [
    'Content-Length: 100\r\n\r\nGET /smuggled HTTP/1.1\r\n',
    'Transfer-Encoding: chunked\r\n\r\n40\r\nGET /smuggled HTTP/1.1\r\n',
    'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n',
  ]

  for (const half of halves) {
    server.forget()
    const client = await edge.connect()
    client.socket.write(`POST /half HTTP/1.1\r\nHost: shop.localhost\r\n${half}`)
    await waitFor(() => server.received().includes('POST /half'))
    client.socket.destroy()
    await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)

    expect(server.wholeRequests()).toEqual([])
  }
  expect((await edge.ask()).status).toBe(200)
})

async function answerOf(client: RawClient, request: HostileRequest): Promise<string> {
  // A server that was sent less than a body keeps the connection open; what must come has come by then.
  await Promise.race([
    client.closed,
    waitFor(() => request.answer.test(client.text()) && isRefusal(client.text())),
  ])
  return client.text()
}

function isRefusal(answer: string): boolean {
  return /^HTTP\/1\.1 4/.test(answer) && answer.includes('\r\n\r\n')
}

/** Takes every line that looks like a request line outside of a body for a request, as a server that checks nothing. */
async function naiveServer() {
  let requests: string[] = []
  let bytes = ''
  const unread = new Map<Socket, string>()
  const seen = new Map<Socket, number>()
  const backend = await rawBackend((socket, received) => {
    const fresh = received.slice(seen.get(socket) ?? 0)
    seen.set(socket, received.length)
    bytes += fresh
    let rest = (unread.get(socket) ?? '') + fresh
    for (let whole = wholeRequest(rest); whole > 0; whole = wholeRequest(rest)) {
      requests.push(rest.slice(0, rest.indexOf('\r\n')))
      rest = rest.slice(whole)
      socket.write(OK)
    }
    unread.set(socket, rest)
  })
  return {
    port: backend.port,
    received: () => bytes,
    requestLines: () => requests,
    wholeRequests: () => requests,
    forget: () => {
      requests = []
      bytes = ''
    },
  }
}

/** How long the first request is; 0 while it is not whole. */
function wholeRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return 0
  const fields = text.slice(0, head)
  if (/^transfer-encoding:.*chunked/im.test(fields)) {
    const end = text.indexOf('\r\n0\r\n\r\n', head)
    return end === -1 ? 0 : end + 7
  }
  const length = Number(/^content-length: *([0-9]+)/im.exec(fields)?.[1] ?? 0)
  return text.length >= head + 4 + length ? head + 4 + length : 0
}
