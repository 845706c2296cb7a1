import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { freePort, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { echoApp, echoServer, one, readAll } from '../test/grpc-echo.ts'

test('calls of all four kinds go through, with their trailers', async () => {
  const server = await echoServer()
  const { secure, client } = await echoApp([server.port])

  expect(await one(client, 'hello')).toEqual({ value: 'hello from here', outcome: ['one'] })

  const collected = await new Promise<string>((resolve, reject) => {
    const call = client.collect!((error: ServiceError | null, value: string) =>
      error ? reject(error) : resolve(value),
    )
    for (let index = 0; index < 200; index++) call.write('x'.repeat(10_000))
    call.end()
  })
  expect(collected).toBe('200 2000000')

  const counted = await readAll(client.count!('5000'))
  expect(counted.texts).toHaveLength(5000)
  expect(counted.texts.at(-1)).toBe('5000')
  expect(counted.outcome).toEqual(['count'])

  const talk = client.talk!()
  const heard: string[] = []
  talk.on('data', (text: string) => {
    heard.push(text)
    if (heard.length < 3) talk.write(`word ${heard.length}`)
    else talk.end()
  })
  talk.write('word 0')
  const { outcome } = await readAll(talk)
  expect(heard).toEqual(['you said word 0', 'you said word 1', 'you said word 2'])
  expect(outcome).toEqual(['talk'])

  await waitFor(async () => (await secure.edge.countersOf('v1'))?.responses['2xx'] === 4)
  expect((await secure.edge.countersOf('v1')).inFlight).toBe(0)
})

test('an outcome that is no success, and a deadline, reach the client as they are', async () => {
  const server = await echoServer()
  const { client } = await echoApp([server.port])

  const missing = await one(client, 'fail')
  expect(missing.error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing' })
  const late = await one(client, 'wait', { deadline: Date.now() + 300 })
  expect(late.error?.code).toBe(status.DEADLINE_EXCEEDED)
  await waitFor(() => server.cancelled() === 1)
})

test('the target hears of the client what every target hears, and nothing that the client made up', async () => {
  const server = await echoServer()
  const { secure, client } = await echoApp([server.port])
  const spoofed = new Metadata()
  spoofed.set('x-forwarded-for', '203.0.113.9')
  spoofed.set('x-request-id', 'mine')
  spoofed.set('x-own', 'stays')

  await new Promise<void>((resolve, reject) =>
    client.one!('hello', spoofed, (error: ServiceError | null) => (error ? reject(error) : resolve())),
  )

  const heard = server.metadata()
  expect(heard.get('x-forwarded-for')).toEqual(['127.0.0.1'])
  expect(heard.get('x-forwarded-proto')).toEqual(['https'])
  expect(heard.get('x-forwarded-port')).toEqual([String(secure.httpsPort)])
  expect(heard.get('x-request-id')).not.toEqual(['mine'])
  expect(heard.get('x-own')).toEqual(['stays'])
})

test('a call goes to a target that takes it, and is unavailable when none does', async () => {
  const gone = await freePort()
  const server = await echoServer()
  const { secure, client } = await echoApp([gone, server.port])

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => one(client, 'hello')))
  expect(outcomes.map(({ value }) => value)).toEqual(new Array(20).fill('hello from here'))

  await secure.push({
    routes: [route([target(gone)], { hosts: ['shop.test'] })],
    certificates: [secure.certificate('shop.test')],
  })
  expect((await one(client, 'hello')).error?.code).toBe(status.UNAVAILABLE)
})

test('a target that is taken out of the table finishes its calls, and new ones go to the next', async () => {
  const [first, second] = [await echoServer(), await echoServer(await freePort())]
  const { secure, client } = await echoApp([first.port])
  const talk = client.talk!()
  const heard: string[] = []
  talk.on('data', (text: string) => heard.push(text))
  talk.write('before')
  await waitFor(() => heard.length === 1)

  const certificates = [secure.certificate('shop.test')]
  await secure.push({ routes: [route([target(second.port)], { hosts: ['shop.test'] })], certificates })
  expect((await one(client, 'hello')).value).toBe(`hello from ${second.port}`)
  talk.write('after')
  await waitFor(() => heard.length === 2)
  talk.end()

  expect((await readAll(talk)).outcome).toEqual(['talk'])
  expect(heard).toEqual(['you said before', 'you said after'])
})
