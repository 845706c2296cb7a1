import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { DockerEngine } from '@seaworthy/docker'

export interface SecretSession {
  id: string
  close(): void
}

/** https://github.com/moby/buildkit/blob/master/session/secrets/secrets.proto */
const GET_SECRET = '/moby.buildkit.secrets.v1.Secrets/GetSecret'

/**
 * Opens the connection through which BuildKit asks for secrets while it builds: gRPC with the roles turned round. A
 * secret goes to the step that mounts it and is written nowhere.
 */
export async function openSecretSession(
  engine: DockerEngine,
  secrets: Readonly<Record<string, string>>,
): Promise<SecretSession> {
  const { Server, ServerCredentials, status } = await import('@grpc/grpc-js')
  const id = randomUUID()
  const socket = await engine.call('open a session for a build', () => hijack(engine, id))
  const server = new Server()
  server.addService(SERVICE, {
    GetSecret: ({ request }: { request: string }, answer: Answer) => {
      const value = Object.hasOwn(secrets, request) ? secrets[request] : undefined
      if (value === undefined) answer({ code: status.NOT_FOUND, message: `no secret named ${request}` })
      else answer(null, value)
    },
  })
  server.addService(HEALTH, { Check: (_call: unknown, answer: Answer) => answer(null, '') })
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket)
  return {
    id,
    close: () => {
      server.forceShutdown()
      socket.destroy()
    },
  }
}

type Answer = (error: { code: number; message: string } | null, value?: string) => void

function hijack({ client }: DockerEngine, id: string): Promise<Socket> {
  const options = {
    method: 'POST',
    path: '/session',
    hijack: true,
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'seaworthy',
      'X-Docker-Expose-Session-Grpc-Method': GET_SECRET,
    },
    statusCodes: { 200: true, 500: 'server error' },
  }
  return new Promise((resolve, reject) => {
    client.modem.dial(options, (error: Error | null, socket: unknown) =>
      error ? reject(error) : resolve(socket as Socket),
    )
  })
}

/** `GetSecretRequest { string ID = 1 }` and `GetSecretResponse { bytes data = 1 }`: too small to bring a compiler for. */
const SERVICE = {
  GetSecret: {
    path: GET_SECRET,
    requestStream: false,
    responseStream: false,
    requestSerialize: encodeFirstField,
    requestDeserialize: decodeFirstField,
    responseSerialize: encodeFirstField,
    responseDeserialize: decodeFirstField,
  },
} as const

/** `HealthCheckResponse { status = SERVING }` */
const IS_SERVING = Buffer.from([0x08, 0x01])

/**
 * BuildKit asks each second, and gives up a session that does not answer:
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
const HEALTH = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    // Whatever is asked for; the library takes an empty text for no request at all.
    requestDeserialize: () => ({}),
    responseSerialize: () => IS_SERVING,
    responseDeserialize: () => '',
  },
} as const

const FIRST_FIELD_OF_BYTES = 0x0a

function encodeFirstField(text: string): Buffer {
  const data = Buffer.from(text)
  return Buffer.concat([Buffer.from([FIRST_FIELD_OF_BYTES, ...varint(data.length)]), data])
}

/** Fields other than the first are passed over: https://protobuf.dev/programming-guides/encoding/ */
function decodeFirstField(message: Buffer): string {
  for (let at = 0; at < message.length; ) {
    const key = message[at]!
    const { value: length, next } = readVarint(message, at + 1)
    if ((key & 7) !== 2) return ''
    if (key === FIRST_FIELD_OF_BYTES) return message.subarray(next, next + length).toString('utf8')
    at = next + length
  }
  return ''
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

function readVarint(message: Buffer, at: number): { value: number; next: number } {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7, at++) {
    value |= ((message[at] ?? 0) & 0x7f) << shift
    if (((message[at] ?? 0) & 0x80) === 0) return { value, next: at + 1 }
  }
  return { value: 0, next: message.length }
}
