import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import { route, target } from '../test/edge-harness.ts'
import { secureSocket, startSecureEdge } from '../test/secure-edge.ts'

/** What the app saw of the WebSocket that was opened last. */
interface Seen {
  messages: { text: string; isBinary: boolean }[]
  pings: string[]
  socket: WebSocket | undefined
}

/** A real app that echoes, through a real edge, by ws and by wss. */
async function echoThroughEdge({ compress = false }: { compress?: boolean } = {}) {
  const seen: Seen = { messages: [], pings: [], socket: undefined }
  const server = createServer()
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: compress ? { threshold: 0 } : false,
    handleProtocols: offered => (offered.has('chat.v2') ? 'chat.v2' : false),
  })
  sockets.on('connection', socket => {
    seen.socket = socket
    socket.on('error', () => undefined) // it closes by itself
    socket.on('ping', data => seen.pings.push(String(data)))
    socket.on('message', (data, isBinary) => {
      seen.messages.push({ text: (data as Buffer).toString('latin1'), isBinary })
      socket.send(data, { binary: isBinary })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const client of sockets.clients) client.terminate()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as { port: number }
  const secure = await startSecureEdge()
  const certificates = [secure.certificate('localhost')]
  await secure.push({ routes: [route([target(port)], { hosts: ['localhost', 'shop.test'] })], certificates })
  const open = async (scheme: 'ws' | 'wss', options: ClientOptions = {}, protocols: string[] = []) => {
    const at = scheme === 'ws' ? secure.edge.port : secure.httpsPort
    const url = `${scheme}://localhost:${at}/`
    const client = new WebSocket(url, protocols, { rejectUnauthorized: false, family: 4, ...options })
    onTestFinished(() => {
      client.on('error', () => undefined)
      client.terminate()
    })
    await once(client, 'open')
    return client
  }
  return { seen, open, httpsPort: secure.httpsPort }
}

const SCHEMES = ['ws', 'wss'] as const

test('fragments stay one message, with pings in between, by ws and wss', async () => {
  const { seen, open } = await echoThroughEdge()
  for (const scheme of SCHEMES) {
    const client = await open(scheme)
    const echoed = once(client, 'message')
    let pongs = 0
    client.on('pong', () => pongs++)

    client.send('one ', { fin: false })
    client.ping('between')
    client.send('two ', { fin: false })
    client.ping('again')
    client.send('', { fin: false })
    client.send('three', { fin: true })

    expect(String((await echoed)[0])).toBe('one two three')
    expect(seen.messages.at(-1)).toEqual({ text: 'one two three', isBinary: false })
    await waitFor(() => pongs === 2)
    expect(seen.pings.splice(0)).toEqual(['between', 'again'])
    client.close()
    await once(client, 'close')
  }
})

test('messages of every size arrive whole and in order, and the app may ping too', async () => {
  const { open, seen } = await echoThroughEdge()
  for (const scheme of SCHEMES) {
    const client = await open(scheme)
    const echoes: Buffer[] = []
    client.on('message', data => echoes.push(data as Buffer))
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576]
    const sent = sizes.map(size => randomBytes(size))

    for (const message of sent) client.send(message)
    await waitFor(() => echoes.length === sizes.length)

    expect(echoes.every((echo, index) => echo.equals(sent[index]!))).toBe(true)
    const pinged = once(client, 'ping')
    seen.socket!.ping('from the app')
    expect(String((await pinged)[0])).toBe('from the app')
    client.close()
    await once(client, 'close')
  }
})

test('codes and reasons of a close reach the other side, whoever closes', async () => {
  const { open, seen } = await echoThroughEdge()
  for (const [code, reason] of [
    [1000, ''],
    [1001, 'going away'],
    [1011, 'ä reason'],
    [3000, 'x'.repeat(123)],
    [4999, 'own'],
  ] as const) {
    const client = await open('wss')
    const heardByApp = closeOf(seen.socket!)
    client.close(code, reason)
    expect(await heardByApp).toEqual({ code, reason })

    const other = await open('ws')
    const heardByClient = closeOf(other)
    seen.socket!.close(code, reason)
    expect(await heardByClient).toEqual({ code, reason })
  }
  const silent = await open('wss')
  const heard = closeOf(seen.socket!)
  silent.close()
  expect(await heard).toEqual({ code: 1005, reason: '' })
})

async function closeOf(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = await once(socket, 'close')
  return { code, reason: String(reason) }
}

test('compression and subprotocols are agreed on by client and app alone', async () => {
  const text = 'the same again, '.repeat(20_000)
  for (const compress of [true, false]) {
    const { open } = await echoThroughEdge({ compress })
    for (const scheme of SCHEMES) {
      const client = await open(scheme, { perMessageDeflate: { threshold: 0 } }, ['chat.v1', 'chat.v2'])
      expect(client.extensions).toBe(compress ? 'permessage-deflate' : '')
      expect(client.protocol).toBe('chat.v2')
      const echoed = once(client, 'message')
      client.send(text)
      expect(String((await echoed)[0])).toBe(text)
      client.close()
      await once(client, 'close')
    }
  }
})

/** Frames that RFC 6455 forbids, masked with zeros, and the code with which the app closes. */
const FORBIDDEN: Record<string, { bytes: Buffer; code: number }> = {
  'a reserved opcode': { bytes: Buffer.from([0x83, 0x80, 0, 0, 0, 0]), code: 1002 },
  'a reserved bit': { bytes: Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), code: 1002 },
  'a frame without a mask': { bytes: Buffer.from([0x81, 0x01, 0x41]), code: 1002 },
  'a fragmented ping': { bytes: Buffer.from([0x09, 0x80, 0, 0, 0, 0]), code: 1002 },
  'a ping that is too long': { bytes: Buffer.from([0x89, 0xfe, 0, 126, 0, 0, 0, 0]), code: 1002 },
  'a continuation of nothing': { bytes: Buffer.from([0x80, 0x80, 0, 0, 0, 0]), code: 1002 },
  'text that is not UTF-8': { bytes: Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), code: 1007 },
  'a close with a code that is none': {
    bytes: Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xec]),
    code: 1002,
  },
}

test('forbidden frames are for the app to judge, and its close is for the client to see', async () => {
  const { httpsPort, seen } = await echoThroughEdge()
  for (const [name, { bytes, code }] of Object.entries(FORBIDDEN)) {
    const socket = await secureSocket(httpsPort, { servername: 'shop.test', ALPNProtocols: ['http/1.1'] })
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
    })
    const closed = new Promise(resolve => socket.on('close', resolve))
    const key = randomBytes(16).toString('base64')
    socket.write(
      `GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    await waitFor(() => received.includes('\r\n\r\n'))
    expect(received.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /)
    const head = received.indexOf('\r\n\r\n') + 4

    socket.write(bytes)
    // The app waits for our close in answer to its own; a broken client sends none and goes.
    await waitFor(() => received.length >= head + 4)
    socket.end()
    await closed

    const frame = received.subarray(head)
    expect(`${name}: ${frame[0]} ${frame.readUInt16BE(2)}`).toBe(`${name}: ${0x88} ${code}`)
    expect(seen.messages).toEqual([])
  }
})
