import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { PROBE_USER_AGENT, probe, waitUntilHealthy } from './health-probe.ts'

async function backend(
  listener: RequestListener,
): Promise<{ host: string; port: number; timeoutMs: number }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, timeoutMs: 1000 }
}

test('any answer below 500 is healthy when the app names no health path', async () => {
  const target = await backend((_, response) => response.writeHead(404).end())

  expect(await probe(target)).toEqual({ healthy: true, status: 404 })
})

test('with a health path only 2xx and 3xx are healthy', async () => {
  const target = await backend((request, response) =>
    response.writeHead(request.url === '/up' ? 204 : 404).end(),
  )

  expect(await probe({ ...target, path: '/up' })).toEqual({ healthy: true, status: 204 })
  expect(await probe({ ...target, path: '/no' })).toMatchObject({
    healthy: false,
    problem: 'status',
    status: 404,
  })
})

test('a probe tells who it is', async () => {
  let agent: string | undefined
  const target = await backend((request, response) => {
    agent = request.headers['user-agent']
    response.end()
  })

  await probe(target)

  expect(agent).toBe(PROBE_USER_AGENT)
})

test('a port that nobody listens on is told apart from an app that does not answer', async () => {
  const silent = await backend(() => {})
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))

  expect(await probe({ host: '127.0.0.1', port, timeoutMs: 500 })).toMatchObject({ problem: 'refused' })
  expect(await probe({ ...silent, timeoutMs: 100 })).toMatchObject({ problem: 'silent' })
})

test('waiting ends at the wanted number of healthy probes in a row', async () => {
  let asked = 0
  const target = await backend((_, response) => {
    asked += 1
    response.writeHead(asked < 4 ? 503 : 200).end()
  })

  const result = await waitUntilHealthy(target, {
    successes: 2,
    timeoutMs: 5000,
    signal: new AbortController().signal,
  })

  expect(result.healthy).toBe(true)
  expect(asked).toBe(5)
})

test('waiting gives up at its deadline with the last reason', async () => {
  const target = await backend((_, response) => response.writeHead(500).end())

  const result = await waitUntilHealthy(target, {
    successes: 1,
    timeoutMs: 100,
    signal: new AbortController().signal,
  })

  expect(result).toMatchObject({ healthy: false, problem: 'status', status: 500 })
})

test('waiting ends early when it is aborted', async () => {
  const target = await backend((_, response) => response.writeHead(500).end())
  const controller = new AbortController()
  const waiting = waitUntilHealthy(target, { successes: 1, timeoutMs: 60_000, signal: controller.signal })

  controller.abort()

  expect((await waiting).healthy).toBe(false)
})
