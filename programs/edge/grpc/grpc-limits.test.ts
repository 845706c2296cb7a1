import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { freePort, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { echoApp, echoServer, one, readAll } from '../test/grpc-echo.ts'

type Echo = Awaited<ReturnType<typeof echoApp>>

/** A call with this cookie: who answered, and the cookies that came along. */
function oneWithCookie({ client }: Echo, cookie?: string): Promise<{ value: string; cookies: string[] }> {
  const metadata = new Metadata()
  if (cookie !== undefined) metadata.set('cookie', cookie)
  return new Promise((resolve, reject) => {
    let cookies: string[] = []
    client.one!('hello', metadata, (error: ServiceError | null, value: string) =>
      error ? reject(error) : resolve({ value, cookies }),
    ).on('metadata', (found: Metadata) => {
      cookies = found.get('set-cookie').map(String)
    })
  })
}

/** How a stream ended that the edge was to end. */
async function endOf(call: Parameters<typeof readAll>[0]): Promise<ServiceError> {
  return await readAll(call).then(
    () => expect.fail('the call ended well'),
    (error: ServiceError) => error,
  )
}

test('a client stays at the instance that it got first', async () => {
  const ports = [await freePort(), await freePort()]
  for (const port of ports) await echoServer(port)
  const echo = await echoApp(ports, { sticky: { cookie: 'stay', maxAgeSeconds: 60 } })

  const first = await oneWithCookie(echo)
  const cookie = first.cookies.find(text => text.startsWith('stay='))!.split(';')[0]!
  const again = await Promise.all(Array.from({ length: 8 }, () => oneWithCookie(echo, cookie)))

  expect(again).toEqual(new Array(8).fill({ value: first.value, cookies: [] }))
})

test('calls go to the stable release when no instance of the one on trial takes them', async () => {
  const server = await echoServer()
  const dead = await freePort()
  const canary = { release: 'v2', mode: 'proxy' as const, targets: [target(dead)], percent: 100 }
  const { client, secure } = await echoApp([server.port], { canary })

  const outcomes = await Promise.all(Array.from({ length: 4 }, () => one(client, 'hello')))

  expect(outcomes.map(({ value }) => value)).toEqual(new Array(4).fill('hello from here'))
  expect(await secure.edge.countersOf('v2')).toMatchObject({ requests: 4, edgeFailures: 4, inFlight: 0 })
  await waitFor(async () => (await secure.edge.countersOf('v1')).inFlight === 0)
})

test('a stream on which nothing moves, and one that lasts too long, end with a deadline', async () => {
  const server = await echoServer()
  const pathLimits = [
    { path: '/echo.Echo/Talk', limits: { idleMs: 400 } },
    { path: '/echo.Echo/Collect', limits: { totalMs: 700 } },
  ]
  const { client, secure } = await echoApp([server.port], { pathLimits })

  const idle = client.talk!()
  idle.write('once')
  expect(await endOf(idle)).toMatchObject({
    code: status.DEADLINE_EXCEEDED,
    details: 'The call took longer than the app allows.',
  })
  const late = new Promise<ServiceError>(resolve => {
    const call = client.collect!((error: ServiceError) => resolve(error))
    const timer = setInterval(() => call.write('more'), 50)
    onTestFinished(() => clearInterval(timer))
    call.on('error', () => undefined)
  })
  // Nothing had been answered yet, so there is only the status of HTTP (504) to tell it by.
  expect((await late).code).toBe(status.UNAVAILABLE)
  await waitFor(async () => (await secure.edge.countersOf('v1')).inFlight === 0)
  expect((await secure.edge.countersOf('v1')).edgeFailures).toBe(2)
})

test('a call that sends more than the app takes is ended, others are not', async () => {
  const server = await echoServer()
  const { client, secure } = await echoApp([server.port], { limits: { bodyBytes: 100_000 } })

  const tooMuch = new Promise<ServiceError>(resolve => {
    const call = client.collect!((error: ServiceError) => resolve(error))
    call.on('error', () => undefined)
    for (let index = 0; index < 50; index++) call.write('x'.repeat(10_000))
    call.end()
  })

  expect(await tooMuch).toMatchObject({ details: expect.stringContaining('413') })
  expect((await one(client, 'hello')).value).toBe('hello from here')
  expect((await secure.edge.countersOf('v1')).responses['4xx']).toBe(1)
})

test('a call that its client cancels is taken back from the app', async () => {
  const server = await echoServer()
  const { client, secure } = await echoApp([server.port])
  const call = client.talk!()
  const ended = endOf(call)
  let heard = ''
  call.on('data', (text: string) => {
    heard = text
  })
  call.write('hello')
  await waitFor(() => heard === 'you said hello')

  call.cancel()

  expect((await ended).code).toBe(status.CANCELLED)
  await waitFor(() => server.cancelled() === 1)
  await waitFor(async () => (await secure.edge.countersOf('v1')).inFlight === 0)
})

test('a call waits for a sleeping app', async () => {
  const server = await echoServer()
  const { client, secure } = await echoApp([], { mode: 'wake' })
  const call = one(client, 'hello')
  await waitFor(async () => (await secure.edge.countersOf('v1'))?.inFlight === 1)

  await secure.push({
    routes: [route([target(server.port)], { hosts: ['shop.test'] })],
    certificates: [secure.certificate('shop.test')],
  })

  expect((await call).value).toBe('hello from here')
})
