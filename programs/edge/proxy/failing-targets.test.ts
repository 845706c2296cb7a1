import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { freePort, httpBackend, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { rawBackend, route, TestEdge, target } from '../test/edge-harness.ts'

/** What a target must not answer, as its bytes. */
const MALFORMED: [string, string][] = [
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n'],
  ['a header without colon', 'HTTP/1.1 200 OK\r\nNonsense\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n~~'],
  ['a folded header', 'HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n~~'],
  ['a bare LF', 'HTTP/1.1 200 OK\r\nX-A: b\nX-B: c\r\nContent-Length: 2\r\n\r\n~~'],
  ['a NUL', 'HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 2\r\n\r\n~~'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n~~!'],
  [
    'length and chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n~~\r\n0\r\n\r\n',
  ],
  ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  [
    'a bad chunk in the first read',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n~~\r\n0\r\n\r\n',
  ],
  ['two answers to one request', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n~~HTTP/1.1 200 OK\r\n\r\n'],
  [
    'another protocol, unasked',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  ],
]

test('a malformed answer becomes 502, and nothing of it reaches the client', async () => {
  const edge = await TestEdge.start()
  let answer = ''
  const backend = await rawBackend(socket => socket.write(answer, 'latin1'))
  await edge.push(route([target(backend.port)]))

  for (const [name, bytes] of MALFORMED) {
    answer = bytes
    const client = await edge.connect()
    client.socket.write('GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n')
    const got = await client.closed

    if (got !== '') expect(got, name).toMatch(/^HTTP\/1\.1 502 /)
    expect(got, name).not.toContain('~~') // which stands in no request id, as two letters may
  }
  expect((await edge.countersOf('v1')).edgeFailures).toBe(MALFORMED.length)
})

test('an error page says what happened, as text or HTML, and nothing about what is behind', async () => {
  const edge = await TestEdge.start()
  const port = await freePort()
  await edge.push(
    route([target(port)]),
    route([], { hosts: ['off.localhost'], appId: 'app_2', mode: 'unavailable' }),
  )

  const text = await edge.ask()
  const html = await edge.ask({ headers: { accept: 'text/html,*/*' } })
  const unknown = await edge.ask({ host: 'nobody.localhost' })
  const off = await edge.ask({ host: 'off.localhost' })

  expect([text.status, html.status, unknown.status, off.status]).toEqual([502, 502, 404, 503])
  expect(text.headers['content-type']).toContain('text/plain')
  expect(html.headers['content-type']).toContain('text/html')
  expect(off.headers['retry-after']).toBeDefined()
  for (const { body, headers } of [text, html, unknown, off]) {
    expect(body).toContain(headers['x-request-id'])
    expect(body + JSON.stringify(headers)).not.toMatch(
      new RegExp(`127\\.0\\.0\\.1|${port}|ins_|app_|node`, 'i'),
    )
  }
})

test('an app that its people stopped says so, and that counts as nobody failing', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { mode: 'unavailable', stopped: true }))

  const { status, body, headers } = await edge.ask({ headers: { accept: 'text/html' } })

  expect(status).toBe(503)
  expect(body).toContain('This app is stopped.')
  expect(headers['retry-after']).toBeUndefined()
  expect(await edge.countersOf('v1')).toMatchObject({ requests: 1, failures: 0, edgeFailures: 0 })
})

test('a target that refuses connections is left for another, and the control plane hears of it', async () => {
  const edge = await TestEdge.start()
  const events = edge.events()
  const dead = await freePort()
  const backend = await httpBackend()
  await edge.push(route([target(dead), target(backend.port)]))

  for (let round = 0; round < 20; round++) {
    const method = round % 2 ? 'POST' : 'GET'
    expect((await edge.ask({ method, body: method === 'POST' ? 'x' : undefined })).status).toBe(200)
  }

  await waitFor(() =>
    events.some(event => event.type === 'target-failed' && event.targetId === `ins_${dead}`),
  )
  expect(await edge.countersOf('v1')).toMatchObject({ requests: 20, edgeFailures: 0 })
})

test('a connection that went stale costs an idempotent request nothing, and is not risked for a POST', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_WORKERS: '1' } })
  const sockets: Socket[] = []
  const backend = await rawBackend((socket, received) => {
    if (!sockets.includes(socket)) sockets.push(socket)
    // The second request on a connection meets a server that just gave it up.
    if (received.split('HTTP/1.1\r\n').length > 2) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  })
  await edge.push(route([target(backend.port)]))

  for (let round = 0; round < 10; round++) expect((await edge.ask()).status).toBe(200)
})

test('a POST is never sent twice', async () => {
  const edge = await TestEdge.start()
  let posts = 0
  const onBytes = (socket: Socket, received: string) => {
    if (!received.includes('POST')) return
    posts++
    socket.destroy()
  }
  const backends = await Promise.all([rawBackend(onBytes), rawBackend(onBytes)])
  await edge.push(route(backends.map(({ port }) => target(port))))

  expect((await edge.ask({ method: 'POST', headers: { 'Content-Length': '0' } })).status).toBe(502)
  expect(posts).toBe(1)
})

test('an answer that breaks off is seen as broken by the client', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend(socket => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
    setTimeout(() => socket.destroy(), 50)
  })
  await edge.push(route([target(backend.port)]))

  await expect(edge.ask()).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  await waitFor(async () => (await edge.countersOf('v1')).edgeFailures === 1)
})

test('a target that does not answer in time gives 504, one that stalls is cut off', async () => {
  const edge = await TestEdge.start()
  const backend = await rawBackend((socket, received) => {
    if (received.includes('/stall')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
  })
  const timeouts = { responseMs: 300, idleMs: 300, wakeMs: 1_000 }
  await edge.push(route([target(backend.port)], { timeouts }))

  expect((await edge.ask({ path: '/silent' })).status).toBe(504)
  await expect(edge.ask({ path: '/stall' })).rejects.toThrow()
  expect((await edge.countersOf('v1')).edgeFailures).toBe(2)
})

test('an answer 5xx of the app is counted apart from what the edge had to answer itself', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => void response.writeHead(503).end('busy'))
  await edge.push(route([target(backend.port)]))

  expect((await edge.ask()).body).toBe('busy')

  await waitFor(async () => (await edge.countersOf('v1')).inFlight === 0)
  const counters = await edge.countersOf('v1')
  expect(counters).toMatchObject({ requests: 1, failures: 1, edgeFailures: 0, inFlight: 0 })
  expect(counters.responses['5xx']).toBe(1)
  expect(counters.latencyBuckets.reduce((a, b) => a + b)).toBe(1)
})

test('no idempotent request fails when one of two backends is killed under load', async () => {
  const edge = await TestEdge.start()
  const ports = [await freePort(), await freePort()]
  const children = ports.map(port =>
    spawn(process.execPath, [
      '-e',
      `require('http').createServer((q,r)=>setTimeout(()=>r.end('ok'),5)).listen(${port},'127.0.0.1')`,
    ]),
  )
  onTestFinished(async () => {
    for (const child of children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  })
  await edge.push(route(ports.map(port => target(port))))
  await waitFor(async () => {
    const statuses = await Promise.all(
      ports.map(async port => (await fetch(`http://127.0.0.1:${port}`)).status),
    )
    return statuses.every(status => status === 200)
  })
  const statuses: number[] = []
  let running = true
  const clients = Array.from({ length: 16 }, async () => {
    while (running) statuses.push((await edge.ask()).status)
  })

  await waitFor(() => statuses.length > 200)
  children[0]!.kill('SIGKILL')
  const soFar = statuses.length
  await waitFor(() => statuses.length > soFar + 300)
  running = false
  await Promise.all(clients)

  expect(statuses.filter(status => status !== 200)).toEqual([])
})
