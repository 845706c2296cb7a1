/** A real socket, and a platform at its other end that says what a test tells it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EXEC_CLOSE, EXEC_PROTOCOL, EXEC_STREAM } from '@seaworthy/api/client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type WebSocket as Socket, WebSocketServer } from 'ws'
import { endedWell, endSentence } from './end-words.ts'
import { type ExecEnd, ExecSession } from './exec-session.ts'

declare const window: { happyDOM: { setURL(url: string): void } }

const SIZE = { columns: 80, rows: 24 }

interface Stage {
  refusal?: { status: number; body: object }
  onOutput?: (bytes: Uint8Array) => Promise<void>
}

async function stage({ refusal, onOutput = async () => {} }: Stage = {}) {
  const http = createServer((_, response) => {
    const { status = 426, body = {} } = refusal ?? {}
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => EXEC_PROTOCOL })
  http.on('upgrade', (request, socket, head) => {
    if (refusal) socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nconnection: close\r\n\r\n`)
    else sockets.handleUpgrade(request, socket, head, open => sockets.emit('connection', open, request))
  })
  const connected = once(sockets, 'connection')
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  window.happyDOM.setURL(origin)
  const ended = Promise.withResolvers<ExecEnd>()
  const seen = { started: 0, shown: '' }
  const session = new ExecSession({
    ...{ target: { slug: 'shop', instance: 'ins_1' }, size: SIZE },
    origin,
    reader: {
      onStarted: () => void seen.started++,
      async onOutput(bytes) {
        await onOutput(bytes)
        seen.shown += new TextDecoder().decode(bytes)
      },
      onEnd: ended.resolve,
    },
  })
  onTestFinished(() => {
    session.leave()
    for (const client of sockets.clients) client.terminate()
    http.closeAllConnections()
    http.close()
  })
  const platform = async () => (await connected) as unknown as [Socket, { url: string }]
  return { session, seen, platform, ended: ended.promise }
}

function heard(socket: Socket) {
  const frames: (string | Buffer)[] = []
  socket.on('message', (data: Buffer, isBinary) => frames.push(isBinary ? data : data.toString()))
  return frames
}

const output = (text: string) => Buffer.concat([Buffer.of(EXEC_STREAM.stdout), Buffer.from(text)])

test('says where it wants to go, shows what comes, and how it ended', async () => {
  const { seen, platform, ended } = await stage()
  const [socket, { url }] = await platform()

  socket.send(JSON.stringify({ type: 'started', instance: 'ins_1', process: 'web' }))
  socket.send(output('hello'))
  socket.send(JSON.stringify({ type: 'exit', code: 0, signal: null }))
  socket.close(1000)
  const end = await ended

  expect(url).toBe('/api/v1/apps/shop/exec?columns=80&rows=24&instance=ins_1')
  expect(seen).toEqual({ started: 1, shown: 'hello' })
  expect([endSentence(end), endedWell(end)]).toEqual(['Ended with code 0.', true])
})

test('a long paste goes out in frames that the platform takes', async () => {
  const { session, seen, platform } = await stage()
  const [socket] = await platform()
  const frames = heard(socket)
  socket.send(JSON.stringify({ type: 'started', instance: 'ins_1', process: 'web' }))

  await vi.waitFor(() => expect(seen.started).toBe(1))

  session.type('ä'.repeat(100_000))
  session.resize({ columns: 100, rows: 30 })
  await vi.waitFor(() => expect(frames.at(-1)).toBe('{"type":"resize","columns":100,"rows":30}'))

  const typed = frames.slice(0, -1) as Buffer[]
  expect(Math.max(...typed.map(({ length }) => length))).toBeLessThanOrEqual(65_536)
  expect(Buffer.concat(typed).toString()).toBe('ä'.repeat(100_000))
})

test('makes the platform wait while a flood is drawn', async () => {
  const drawn = Promise.withResolvers<void>()
  const { platform } = await stage({ onOutput: () => drawn.promise })
  const [socket] = await platform()
  const frames = heard(socket)

  for (let index = 0; index < 20; index++) socket.send(output('x'.repeat(60_000)))
  await vi.waitFor(() => expect(frames).toEqual(['{"type":"pause"}']))
  drawn.resolve()

  await vi.waitFor(() => expect(frames).toEqual(['{"type":"pause"}', '{"type":"resume"}']))
})

test.each([
  [EXEC_CLOSE.notAllowedAnyMore, /your rights changed/],
  [EXEC_CLOSE.idle, /for a long time/],
  [EXEC_CLOSE.instanceEnded, /instance ended/],
  [1001, /stops or restarts/],
  [1009, /did not understand/],
  [1011, /failed within the platform/],
])('a close with %i is told in a sentence', async (code, sentence) => {
  const { platform, ended } = await stage()
  const [socket] = await platform()

  socket.send(JSON.stringify({ type: 'error', code: 'exec_x', message: 'As the platform says.' }))
  socket.close(code)
  const end = await ended

  expect(endSentence(end)).toMatch(sentence)
  expect(endedWell(end)).toBe(false)
})

test('why a shell could not be started is told in the words of the platform', async () => {
  const { platform, ended } = await stage()
  const [socket] = await platform()

  socket.send(JSON.stringify({ type: 'error', code: 'exec_x', message: 'There is no /bin/sh in it.' }))
  socket.close(EXEC_CLOSE.notStarted)

  expect(endSentence(await ended)).toBe('There is no /bin/sh in it.')
})

test('a line that breaks is told as such', async () => {
  const { platform, ended } = await stage()
  const [socket] = await platform()

  socket.terminate()

  expect(endSentence(await ended)).toMatch(/connection broke/)
})

test('a refusal is told with its reason, which no browser gives for a socket', async () => {
  const body = { code: 'exec_limit', detail: 'You have 5 commands open already.' }
  const { ended } = await stage({ refusal: { status: 429, body } })

  const end = await ended

  expect(end.kind).toBe('refused')
  expect(endSentence(end)).toBe('You have 5 commands open already.')
})
