import { readFileSync } from 'node:fs'
import {
  type ChannelOptions,
  type ClientReadableStream,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { freePort, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { route, target } from '../test/edge-harness.ts'
import { type SecureEdge, startSecureEdge } from '../test/secure-edge.ts'

const asBytes = (value: string) => Buffer.from(value)
const asText = (bytes: Buffer) => bytes.toString()
const method = (path: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/echo.Echo/${path}`,
  ...{ requestStream, responseStream },
  requestSerialize: asBytes,
  requestDeserialize: asText,
  responseSerialize: asBytes,
  responseDeserialize: asText,
})
const ECHO: ServiceDefinition = {
  one: method('One', false, false),
  collect: method('Collect', true, false),
  count: method('Count', false, true),
  talk: method('Talk', true, true),
}
const EchoClient: ServiceClientConstructor = makeGenericClientConstructor(ECHO, 'Echo')

interface EchoServer {
  port: number
  /** Of the last call. */
  metadata(): Metadata
  cancelled(): number
}

/** A real gRPC server that echoes: one to one, many to one, one to many, many to many. */
async function echoServer(port?: number): Promise<EchoServer> {
  const server = new Server()
  let metadata = new Metadata()
  let cancelled = 0
  server.addService(ECHO, {
    one: (call: ServerUnaryCall<string, string>, answer: sendUnaryData<string>) => {
      metadata = call.metadata
      call.on('cancelled', () => cancelled++)
      if (call.request === 'wait') return
      if (call.request === 'fail') answer({ code: status.NOT_FOUND, details: 'no such thing' })
      else answer(null, `${call.request} from ${port ?? 'here'}`, trailer('one'))
    },
    collect: (call: ServerReadableStream<string, string>, answer: sendUnaryData<string>) => {
      const all: string[] = []
      call.on('data', text => all.push(text))
      call.on('end', () => answer(null, `${all.length} ${all.join('').length}`, trailer('collect')))
    },
    count: (call: ServerWritableStream<string, string>) => {
      const last = Number(call.request)
      for (let number = 1; number <= last; number++) call.write(String(number))
      call.end(trailer('count'))
    },
    talk: (call: ServerDuplexStream<string, string>) => {
      call.on('data', text => call.write(`you said ${text}`))
      call.on('end', () => call.end(trailer('talk')))
      call.on('cancelled', () => cancelled++)
    },
  })
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port ?? 0}`, ServerCredentials.createInsecure(), (error, found) =>
      error ? reject(error) : resolve(found),
    ),
  )
  onTestFinished(() => server.forceShutdown())
  return { port: bound, metadata: () => metadata, cancelled: () => cancelled }
}

function trailer(value: string): Metadata {
  const metadata = new Metadata()
  metadata.set('x-outcome', value)
  return metadata
}

type EchoCalls = InstanceType<typeof EchoClient>

/** Comes by TLS, as a client of the app would. */
function echoClient({ httpsPort }: SecureEdge, certificate: Buffer): EchoCalls {
  const options: ChannelOptions = {
    'grpc.ssl_target_name_override': 'shop.test',
    'grpc.default_authority': 'shop.test',
    'grpc.enable_retries': 0,
  }
  const client = new EchoClient(`127.0.0.1:${httpsPort}`, credentials.createSsl(certificate), options)
  onTestFinished(() => client.close())
  return client
}

async function echoApp(ports: number[]): Promise<{ secure: SecureEdge; client: EchoCalls }> {
  const secure = await startSecureEdge()
  const certificate = secure.certificate('shop.test')
  const routes = [
    route(
      ports.map(port => target(port)),
      { hosts: ['shop.test'] },
    ),
  ]
  await secure.push({ routes, certificates: [certificate] })
  return { secure, client: echoClient(secure, certificateOnly(readFileSync(certificate.file, 'utf8'))) }
}

function certificateOnly(pem: string): Buffer {
  return Buffer.from(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')))
}

interface Outcome {
  value?: string
  error?: ServiceError
  outcome: unknown[]
}

function one(client: EchoCalls, text: string, options: object = {}): Promise<Outcome> {
  return new Promise(resolve => {
    let outcome: unknown[] = []
    const call = client.one!(text, new Metadata(), options, (error: ServiceError | null, value: string) =>
      // The status comes after the callback.
      setImmediate(() => resolve(error ? { error, outcome } : { value, outcome })),
    )
    call.on('status', (ended: { metadata: Metadata }) => {
      outcome = ended.metadata.get('x-outcome')
    })
  })
}

async function readAll(call: ClientReadableStream<string>): Promise<{ texts: string[]; outcome: unknown[] }> {
  const texts: string[] = []
  let outcome: unknown[] = []
  call.on('data', text => texts.push(text))
  const ended = new Promise<void>((resolve, reject) => {
    call.on('error', reject)
    call.on('status', (found: { metadata: Metadata }) => {
      outcome = found.metadata.get('x-outcome')
      resolve()
    })
  })
  await ended
  return { texts, outcome }
}

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
