import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { KeptConnections } from './kept-connections.ts'

async function accepted() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  socket.resume()
  client.resume()
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  return { client, socket }
}

const patience = { timeoutMs: 10_000 }

test('a connection is closed when nothing more is asked on it, and not while an answer is awaited', async () => {
  const kept = new KeptConnections({ timeoutMs: 50 })
  const [idle, busy] = await Promise.all([accepted(), accepted()])
  const connection = kept.asked(busy.socket)
  kept.asked(idle.socket).answered()

  await waitFor(() => idle.socket.destroyed, patience)

  expect(busy.socket.destroyed).toBe(false)
  connection.answered()
  await waitFor(() => busy.socket.destroyed, patience)
})

test('of two requests on one connection both must be answered', async () => {
  const kept = new KeptConnections({ timeoutMs: 50 })
  const [one, other] = await Promise.all([accepted(), accepted()])
  kept.asked(one.socket)
  const pipelined = kept.asked(one.socket)
  pipelined.answered()
  kept.asked(other.socket).answered()

  await waitFor(() => other.socket.destroyed, patience)

  expect(one.socket.destroyed).toBe(false)
})

test('a connection that speaks another protocol by now is left alone, and so is one on which a request begins', async () => {
  const kept = new KeptConnections({ timeoutMs: 100 })
  const [webSocket, beginning, idle] = await Promise.all([accepted(), accepted(), accepted()])
  for (const { socket } of [webSocket, beginning, idle]) kept.asked(socket).answered()
  kept.forget(webSocket.socket)
  const writing = setInterval(() => beginning.client.write('G'), 5)
  onTestFinished(() => clearInterval(writing))

  await waitFor(() => idle.socket.destroyed, patience)

  expect([webSocket, beginning].map(({ socket }) => socket.destroyed)).toEqual([false, false])
})

test('what is said of the connection is the time that it stays open', async () => {
  const { socket } = await accepted()

  const { keepAliveLines } = new KeptConnections({ timeoutMs: 60_000 }).asked(socket)

  expect(keepAliveLines).toBe('Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n\r\n')
})
