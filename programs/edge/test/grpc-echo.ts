/** For tests: a real gRPC server, an edge before it, and calls of all kinds. */
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
import type { Route } from '@seaworthy/routes'
import { onTestFinished } from 'vitest'
import { route, target } from './edge-harness.ts'
import { type SecureEdge, startSecureEdge } from './secure-edge.ts'

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

export interface EchoServer {
  port: number
  /** Of the last call. */
  metadata(): Metadata
  cancelled(): number
}

/** A real gRPC server that echoes: one to one, many to one, one to many, many to many. */
export async function echoServer(port?: number): Promise<EchoServer> {
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

export type EchoCalls = InstanceType<typeof EchoClient>

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

/** An edge with a route to these targets, and a client of it. */
export async function echoApp(
  ports: number[],
  change: Partial<Route> = {},
): Promise<{ secure: SecureEdge; client: EchoCalls }> {
  const secure = await startSecureEdge()
  const certificate = secure.certificate('shop.test')
  const routes = [
    route(
      ports.map(port => target(port)),
      { hosts: ['shop.test'], ...change },
    ),
  ]
  await secure.push({ routes, certificates: [certificate] })
  return { secure, client: echoClient(secure, certificateOnly(readFileSync(certificate.file, 'utf8'))) }
}

function certificateOnly(pem: string): Buffer {
  return Buffer.from(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')))
}

export interface Outcome {
  value?: string
  error?: ServiceError
  outcome: unknown[]
}

export function one(client: EchoCalls, text: string, options: object = {}): Promise<Outcome> {
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

export async function readAll(
  call: ClientReadableStream<string>,
): Promise<{ texts: string[]; outcome: unknown[] }> {
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
