import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { waitFor } from '@seaworthy/testing'
import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { createHealth } from '../health.ts'
import { silentLogger } from '../log.ts'
import { hardening, secureServerOptions, stopServer } from './index.ts'

async function serveSlowly() {
  const app = fastify(secureServerOptions({ log: silentLogger }))
  await app.register(hardening, { health: createHealth({ log: silentLogger }) })
  const arrived = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    arrived.resolve()
    await release.promise
    return { done: true }
  })
  app.get('/stream', async (_request, reply) => {
    const stream = new PassThrough()
    stream.write('begun')
    release.promise.then(() => stream.end('ended'))
    arrived.resolve()
    return reply.send(stream)
  })
  app.get('/', async () => 'ok')
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => {
    release.resolve()
    return app.close()
  })
  return {
    app,
    port: (app.server.address() as AddressInfo).port,
    arrived: arrived.promise,
    release: release.resolve,
  }
}

function get(port: number, path: string, agent: Agent) {
  const outgoing = request({ port, host: '127.0.0.1', path, agent })
  outgoing.end()
  return once(outgoing, 'response').then(([response]) => response)
}

test('requests in flight finish and close their connection; idle connections close at once', async () => {
  const { app, port, arrived, release } = await serveSlowly()
  const agent = new Agent({ keepAlive: true })
  const idle = connect(port, '127.0.0.1')
  idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(idle, 'data')
  const slow = get(port, '/slow', agent)
  await arrived

  const stopped = stopServer(app, { deadlineMs: 10_000 })
  await once(idle.resume(), 'close')
  release()
  const response = await slow

  expect(response.statusCode).toBe(200)
  expect(response.headers.connection).toBe('close')
  expect(await json(response)).toEqual({ done: true })
  expect(await stopped).toBe(true)
})

test('takes no new connection while it stops', async () => {
  const { app, port, arrived, release } = await serveSlowly()
  const slow = get(port, '/slow', new Agent())
  await arrived
  const stopped = stopServer(app)

  await waitFor(() =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => false,
      () => true,
    ),
  )

  release()
  expect((await slow).statusCode).toBe(200)
  await stopped
})

test('a request that comes in over a busy connection gets 503 problem+json', async () => {
  const { app, port, arrived, release } = await serveSlowly()
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  let answers = ''
  socket.on('data', chunk => {
    answers += chunk
  })
  socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
  await arrived
  await waitFor(() => answers.includes('begun')) // its headers are out: this answer can no longer end the connection

  const stopped = stopServer(app)
  await waitFor(() => !app.server.listening)
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  release()
  await once(socket, 'close')
  await stopped

  expect(answers).toContain('ended')
  expect(answers).toContain('HTTP/1.1 503')
  expect(answers).toContain('"code":"stopping"')
})

test('what does not finish in time is cut off', async () => {
  const { app, port, arrived } = await serveSlowly()
  const slow = get(port, '/slow', new Agent()).catch(error => error)
  await arrived

  expect(await stopServer(app, { deadlineMs: 50 })).toBe(false)
  expect(await slow).toBeInstanceOf(Error)
})
